import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { format, resolveConfig } from 'prettier';

import manifest from '../package.json';
import { PROJECT_FOLDER } from '../tools/n8n/install/thisPackage';
import { DEFAULT_N8N_VERSION, recipeFor } from '../tools/n8n/install/recipes';
import { page, printedTable, type Circumstances, type Section } from './page';
import { plotOf } from './plots';
import type { WorkReport } from './report';
import { putUpStage, type Stage } from './stage';
import { events } from './works/events';
import { items } from './works/items';
import { lists } from './works/lists';
import { loading } from './works/loading';
import { recipients } from './works/recipients';
import { scaling } from './works/scaling';
import { waiting } from './works/waiting';

type Work = (stage: Stage, rounds: number, say: (line: string) => void) => Promise<WorkReport[]>;

const WORKS: Record<string, Work> = { items, lists, recipients, events, waiting, loading, scaling };

const PAGE = path.join(PROJECT_FOLDER, 'docs', 'benchmarks.md');
const PICTURES = path.join(PROJECT_FOLDER, 'docs', 'images');

const USAGE = `npm run bench -- [--rounds 5] [--only ${Object.keys(WORKS).join(',')}] [--page]

Compares the package with n8n's own nodes in a real n8n. Keep the machine otherwise idle while it runs.
--page writes ${path.relative(PROJECT_FOLDER, PAGE)} and its plots.`;

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			rounds: { type: 'string', default: '5' },
			only: { type: 'string', default: Object.keys(WORKS).join(',') },
			page: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	const names = values.only.split(',');
	const unknown = names.filter((name) => !(name in WORKS));
	if (values.help || unknown.length > 0) {
		console.log(USAGE);
		process.exitCode = unknown.length > 0 ? 2 : 0;
		return;
	}
	const rounds = Number(values.rounds);
	const say = (line: string) => console.log(line);

	say('Starting n8n and the sandbox');
	const stage = await putUpStage();
	const reports: WorkReport[] = [];
	const unmeasured: string[] = [];
	try {
		for (const name of names) {
			say(`  ${name}`);
			try {
				reports.push(...(await WORKS[name](stage, rounds, say)));
			} catch (fault) {
				// Still measure the others.
				unmeasured.push(name);
				console.error(`Could not measure ${name}:`, fault);
				process.exitCode = 1;
			}
		}
	} finally {
		await stage.stop();
	}
	say(`\n${printedTable(reports)}`);
	if (values.page) await writePage(reports, { rounds, unmeasured });
}

async function writePage(
	reports: readonly WorkReport[],
	run: Pick<Circumstances, 'rounds' | 'unmeasured'>,
): Promise<void> {
	await mkdir(PICTURES, { recursive: true });
	const sections: Section[] = [];
	for (const [index, report] of reports.entries()) {
		const file = `bench-${index + 1}.svg`;
		await rm(path.join(PICTURES, file), { force: true });
		await writeFile(path.join(PICTURES, file), await plotOf(report));
		sections.push({ report, plots: [`images/${file}`] });
	}
	const text = page(sections, {
		date: new Date().toISOString().slice(0, 10),
		n8n: DEFAULT_N8N_VERSION,
		node: recipeFor(DEFAULT_N8N_VERSION).node,
		package: manifest.version,
		...run,
	});
	const options = await resolveConfig(PAGE);
	await writeFile(PAGE, await format(text, { ...options, filepath: PAGE }));
}

void main();
