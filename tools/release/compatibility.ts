import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';

import manifest from '../../package.json';
import { PROJECT_FOLDER } from '../n8n/install/thisPackage';
import { isRecord, parseJson } from '../json';
import {
	DEFAULT_N8N_VERSION,
	majorOf,
	OLDER_N8N_VERSION,
	OLDEST_N8N_VERSION,
	recipeFor,
	settingsFor,
} from '../n8n/install/recipes';
import { spawnTethered } from '../processes/tetheredProcess';
import { compatibilityTable, withTrials, type Trial } from './compatibilityTable';

const TRIALS = path.join(PROJECT_FOLDER, 'docs', 'compatibility.json');
const PAGE = path.join(PROJECT_FOLDER, 'docs', 'compatibility.md');

/** Settings for the machine or the test, which users don't need. */
const NOT_FOR_PEOPLE = ['N8N_DISABLED_MODULES'];

/**
 * `tsx tools/release/compatibility.ts [n8n[:node major]…]`: installs the packed package in each n8n under each Node.js
 * version that it supports, tests the main functions, and writes the page.
 */
async function main(wanted: string[]): Promise<void> {
	const pairs = [OLDEST_N8N_VERSION, OLDER_N8N_VERSION, DEFAULT_N8N_VERSION]
		.flatMap((n8n) => recipeFor(n8n).nodes.map((node) => ({ n8n, node })))
		.filter(
			({ n8n, node }) =>
				wanted.length === 0 || wanted.includes(n8n) || wanted.includes(`${n8n}:${majorOf(node)}`),
		);
	for (const { n8n, node } of pairs) {
		const trial = await tried(n8n, node);
		console.log(`n8n ${n8n}, Node ${node}: ${trial.passed} passed, ${trial.failed} failed`);
		if (trial.failed > 0 || trial.passed === 0) process.exitCode = 1;
		await write(withTrials(await earlierTrials(), [trial]));
	}
	if (pairs.length === 0) await write(await earlierTrials());
}

async function tried(n8n: string, node: string): Promise<Trial> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-trial-'));
	try {
		const report = path.join(folder, 'report.json');
		const jest = path.join(PROJECT_FOLDER, 'node_modules', 'jest', 'bin', 'jest.js');
		const { exited } = spawnTethered(
			process.execPath,
			[
				jest,
				'--selectProjects=n8n',
				'--maxWorkers=1',
				'--testTimeout=120000',
				'test/n8n/mainJob.test.ts',
				'--json',
				`--outputFile=${report}`,
			],
			{
				cwd: PROJECT_FOLDER,
				env: { ...process.env, SAMORA_N8N_VERSIONS: n8n, SAMORA_N8N_NODE: node },
				output: process.stderr.fd,
			},
		);
		await exited;
		const said = parseJson(await readFile(report, 'utf8'));
		if (!isRecord(said)) throw new Error(`jest wrote no report about n8n ${n8n}`);
		return {
			n8n,
			node,
			passed: Number(said.numPassedTests),
			failed: Number(said.numFailedTests) + Number(said.numRuntimeErrorTestSuites),
			on: new Date().toISOString().slice(0, 10),
			package: manifest.version,
		};
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function earlierTrials(): Promise<Trial[]> {
	try {
		return parseJson(await readFile(TRIALS, 'utf8')) as Trial[];
	} catch {
		return [];
	}
}

async function write(trials: Trial[]): Promise<void> {
	const table = compatibilityTable(trials, ({ n8n, node }) =>
		Object.entries(settingsFor(n8n, node))
			.filter(([name]) => !NOT_FOR_PEOPLE.includes(name))
			.map(([name, value]) => `${name}=${value}`),
	);
	await writeFormatted(TRIALS, JSON.stringify(trials));
	await writeFormatted(PAGE, `${BEGINNING}\n${table}\n\n${END}`);
}

async function writeFormatted(file: string, text: string): Promise<void> {
	const style = await resolveConfig(file);
	await writeFile(file, await format(text, { ...style, filepath: file }));
}

const BEGINNING = `# Compatibility

\`npm run test:versions\` writes this page. It installs each n8n below, adds the packed package, and tests the main
functions: n8n loads the credential and both nodes, the credential test accepts a valid key and rejects an invalid one, a
workflow places calls, and a published trigger receives the events when they end. The [sandbox](../sandbox/README.md)
stands in for Samora.
`;

const END = `## Limits

- **n8n 1.82** doesn't start with this package. It copies every node that AI agents can use as a tool, in a way that
  can't copy functions, and this package's operations consist of functions. 1.85.4 starts. 1.83 and 1.84 weren't
  available for a test.
- **n8n before 1.82** can't run this package either. Its declarative engine has no custom operations, which operations
  over all items together, such as _Add Recipients_, need.
- **As a tool of an AI agent**, older versions of n8n only allow community nodes with
  \`N8N_COMMUNITY_PACKAGES_ALLOW_TOOL_USAGE=true\`. Everything else works without it.
- **n8n 1.123 under Node.js 20** evaluates expressions in isolates by default. The library for that (isolated-vm) has no
  build for Node.js 20 and doesn't compile under it. Set \`N8N_EXPRESSION_ENGINE=legacy\` to evaluate expressions
  without it. Node.js 22 and 24 need no setting. This affects every workflow, not only this package.
- **n8n 1.85** doesn't support Node.js 24, and **n8n 2.41** needs Node.js 24 or later.
`;

main(process.argv.slice(2)).catch((fault: unknown) => {
	console.error(fault instanceof Error ? fault.message : fault);
	process.exitCode = 1;
});
