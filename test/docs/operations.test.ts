import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { runExamples } from '../../tools/docs/examples';
import { operationsPage } from '../../tools/docs/operationsPage';

const PAGE = path.resolve(__dirname, '..', '..', 'docs', 'operations.md');

it('docs/operations.md matches what `npm run docs` writes', async () => {
	expect(await readFile(PAGE, 'utf8')).toBe(operationsPage(await runExamples()));
});
