import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { DIALECT_NAMES, type DialectName } from '../../sandbox';
import { withDialects } from '../../tools/docs/dialectsSection';
import { type Findings, mainJobs, STEP_NAMES } from './mainJob';

const README = path.resolve(__dirname, '../../sandbox/README.md');

let found: Map<DialectName, Findings>;

beforeAll(async () => {
	found = await mainJobs();
}, 600_000);

describe.each(DIALECT_NAMES)('in the dialect %s', (dialect) => {
	it.each(STEP_NAMES)('%s', (step) => {
		expect(found.get(dialect)?.[step]).toBeNull();
	});
});

it("the sandbox's README says what `npm run docs` writes", async () => {
	const readme = await readFile(README, 'utf8');
	expect(readme).toBe(withDialects(readme, found));
});
