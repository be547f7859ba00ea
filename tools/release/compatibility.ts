import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';

import manifest from '../../package.json';
import { PROJECT_FOLDER } from '../n8n/communityPackage';
import { isRecord, parseJson } from '../n8n/json';
import {
	DEFAULT_N8N_VERSION,
	majorOf,
	OLDER_N8N_VERSION,
	OLDEST_N8N_VERSION,
	recipeFor,
	settingsFor,
} from '../n8n/recipes';
import { spawnTethered } from '../n8n/tetheredProcess';
import { compatibilityTable, withTrials, type Trial } from './compatibilityTable';

const TRIALS = path.join(PROJECT_FOLDER, 'docs', 'compatibility.json');
const PAGE = path.join(PROJECT_FOLDER, 'docs', 'compatibility.md');

/** Settings that are about the machine or the test, not about what works. */
const NOT_FOR_PEOPLE = ['N8N_DISABLED_MODULES'];

/**
 * `tsx tools/release/compatibility.ts [n8n[:node major]…]`: installs the packed package in each n8n under each Node
 * that it accepts, runs the main job, and writes the table.
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

const BEGINNING = `# Which n8n, under which Node.js

Written by \`npm run test:versions\`, which installs each of these n8n, puts the packed package into it, and does the
main job: both nodes and the credential are there, the credential's test tells a right key from a wrong one, a workflow
places calls, and a published trigger hears of their ends. The stand-in for Samora is the [sandbox](../sandbox/README.md).
`;

const END = `## Where it ends, and why

- **n8n 1.82** does not start with this package in it. It copies every node that can be a tool of an AI agent in a way
  that cannot copy functions, and the operations of this package are made of such. 1.85.4 starts; 1.83 and 1.84 were not
  to be had for a trial.
- **n8n before 1.82** cannot run this package either. Its engine has no custom operations in declarative nodes, and
  operations over all items together, such as _Add Recipients_, are that.
- **As a tool of an AI agent**, a community node has to be allowed in older versions of n8n by
  \`N8N_COMMUNITY_PACKAGES_ALLOW_TOOL_USAGE=true\`. Everything else works without.
- **n8n 1.123 under Node.js 20** evaluates expressions in isolates by default, and their library (isolated-vm) neither
  comes for Node.js 20 nor compiles under it. \`N8N_EXPRESSION_ENGINE=legacy\` makes n8n evaluate them without; Node.js 22
  and 24 need nothing. This is n8n's own matter and concerns every workflow.
- **n8n 1.85** itself refuses Node.js 24, and **n8n 2.41** anything below 24.
`;

main(process.argv.slice(2)).catch((fault: unknown) => {
	console.error(fault instanceof Error ? fault.message : fault);
	process.exitCode = 1;
});
