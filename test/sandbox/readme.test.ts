import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
	DIALECT_NAMES,
	FAULT_KINDS,
	MAGIC_NUMBERS,
	SANDBOX_AGENTS,
	SANDBOX_API_KEY,
} from '../../sandbox';
import { defaultSettings } from '../../sandbox/settings/settings';

const readme = readFileSync(join(__dirname, '../../sandbox/README.md'), 'utf8');
const { deliveries, ...others } = defaultSettings();

describe("the sandbox's README has", () => {
	it.each([
		['every magic number', MAGIC_NUMBERS.map(({ ending }) => `| \`${ending}\` |`)],
		['every dialect', DIALECT_NAMES.map((name) => `| \`${name}\``)],
		['every kind of fault', FAULT_KINDS.map((kind) => `\`${kind}\``)],
		[
			'the key and the agents',
			[SANDBOX_API_KEY, ...SANDBOX_AGENTS.flatMap(({ id, name }) => [id, name])],
		],
		[
			'every setting',
			[...Object.keys(others), ...Object.keys(deliveries).map((name) => `deliveries.${name}`)].map(
				(name) => `\`${name}\``,
			),
		],
	])('%s', (_, mentions) => {
		expect(mentions.filter((mention) => !readme.includes(mention))).toEqual([]);
	});
});
