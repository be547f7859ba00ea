import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { format, resolveConfig } from 'prettier';

import manifest from '../package.json';
import { PROJECT_FOLDER } from '../tools/n8n/install/thisPackage';
import { DEFAULT_N8N_VERSION, recipeFor } from '../tools/n8n/install/recipes';
import { page, printedTable, type Section } from './page';
import { plotOf } from './plots';
import type { WorkReport } from './report';
import { keep, kept, type Circumstances } from './results';
import { putUpStage, type Stage } from './stage';
import { atScale } from './works/atScale';
import { delivery } from './works/delivery';
import { events } from './works/events';
import { items } from './works/items';
import { lists } from './works/lists';
import { loading } from './works/loading';
import { polls } from './works/polls';
import { recipients } from './works/recipients';
import { waiting } from './works/waiting';
import { workers } from './works/workers';

type Say = (line: string) => void;

/** Works that run in the n8n and against the sandbox that they share. */
const IN_N8N: Partial<
	Record<string, (stage: Stage, rounds: number, say: Say) => Promise<WorkReport[]>>
> = {
	items,
	lists,
	recipients,
	atScale,
	events,
	waiting,
};

/** Works that need neither, or start their own. */
const ALONE: Record<string, (rounds: number, say: Say) => Promise<WorkReport[]>> = {
	delivery,
	polls,
	loading,
	workers,
};

/** In the order of the page. */
const WORKS = [...Object.keys(IN_N8N), ...Object.keys(ALONE)];

const PAGE = path.join(PROJECT_FOLDER, 'docs', 'benchmarks.md');
const PICTURES = path.join(PROJECT_FOLDER, 'docs', 'images');

const USAGE = `npm run bench -- [--rounds 5] [--only ${WORKS.join(',')}] [--page]

Compares the package with n8n's own nodes in a real n8n. Keep the machine otherwise idle while it runs.
--page keeps what was measured in bench/results, and writes ${path.relative(PROJECT_FOLDER, PAGE)} with all that is there.`;

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			rounds: { type: 'string', default: '5' },
			only: { type: 'string', default: WORKS.join(',') },
			page: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	const names = values.only.split(',');
	const unknown = names.filter((name) => !WORKS.includes(name));
	if (values.help || unknown.length > 0) {
		console.log(USAGE);
		process.exitCode = unknown.length > 0 ? 2 : 0;
		return;
	}
	const rounds = Number(values.rounds);
	const say: Say = (line) => console.log(line);
	const all: WorkReport[] = [];
	let stage: Stage | undefined;
	try {
		for (const name of names) {
			say(name);
			try {
				const inN8n = IN_N8N[name];
				if (inN8n && !stage) {
					say('  Starting n8n and the sandbox');
					stage = await putUpStage();
				}
				const reports =
					inN8n && stage ? await inN8n(stage, rounds, say) : await ALONE[name](rounds, say);
				all.push(...reports);
				if (values.page) await keep(name, { circumstances: circumstances(), reports });
			} catch (fault) {
				// Still measure the others.
				console.error(`Could not measure ${name}:`, fault);
				process.exitCode = 1;
			}
		}
	} finally {
		await stage?.stop();
	}
	say(`\n${printedTable(all)}`);
	if (values.page) await writePage();
}

function circumstances(): Circumstances {
	const [cpu] = os.cpus();
	return {
		date: new Date().toISOString().slice(0, 10),
		n8n: DEFAULT_N8N_VERSION,
		node: recipeFor(DEFAULT_N8N_VERSION).node,
		package: manifest.version,
		machine: `${os.cpus().length} × ${cpu.model.trim()}`,
	};
}

/** Writes the page and its plots with the newest measurement of each work. */
async function writePage(): Promise<void> {
	await mkdir(PICTURES, { recursive: true });
	for (const old of await readdir(PICTURES)) {
		if (/^bench-.*\.svg$/.test(old)) await rm(path.join(PICTURES, old));
	}
	const works = await kept(WORKS);
	const sections: Section[] = [];
	for (const { circumstances, reports } of works) {
		for (const report of reports) {
			const file = `bench-${sections.length + 1}.svg`;
			await writeFile(path.join(PICTURES, file), await plotOf(report));
			sections.push({ report, circumstances, plot: `images/${file}` });
		}
	}
	const options = await resolveConfig(PAGE);
	await writeFile(PAGE, await format(page(sections), { ...options, filepath: PAGE }));
}

void main();
