import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { format, resolveConfig } from 'prettier';

import manifest from '../../package.json';
import { DEFAULT_N8N_VERSION, recipeFor } from '../../tools/n8n/install/recipes';
import { PROJECT_FOLDER } from '../../tools/n8n/install/thisPackage';
import { memoryPlot } from './memoryPlot';
import { faultsOfOurs, reportOf } from './report';
import { soak } from './soak';

const OUT = path.join(PROJECT_FOLDER, 'node_modules', '.cache', 'soak');
const PAGE = path.join(PROJECT_FOLDER, 'docs', 'queue-mode.md');
const PLOT = 'soak.svg';
const SECTION = /(<!-- soak -->\n)[^]*(<!-- \/soak -->)/;

const LEAST_MINUTES = 3;

const USAGE = `npm run soak -- [--minutes 15] [--seed 1] [--calls 120] [--page]

Sends events and orders to call people through n8n's queue mode, and meanwhile kills its processes, PostgreSQL and
Redis, and lets Samora be away. At the end it says what was lost or done twice. Nothing leaves this machine.

--minutes  how long (at least ${LEAST_MINUTES}); hours are fine
--seed     the order and the times of the faults; another one each time when left out
--calls    calls that come in per minute; most have two events
--page     writes the figures into ${path.relative(PROJECT_FOLDER, PAGE)}`;

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			minutes: { type: 'string', default: '15' },
			seed: { type: 'string' },
			calls: { type: 'string', default: '120' },
			page: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	const minutes = Number(values.minutes);
	const seed = Number(values.seed ?? Date.now() % 100_000);
	const callsPerMinute = Number(values.calls);
	const isRight = minutes >= LEAST_MINUTES && callsPerMinute > 0 && Number.isInteger(seed);
	if (values.help || !isRight) {
		console.log(USAGE);
		process.exitCode = values.help ? 0 : 2;
		return;
	}
	const stopping = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM'] as const) {
		process.once(signal, () => stopping.abort(new Error('The soak was interrupted')));
	}
	const command = `npm run soak -- --minutes ${minutes} --seed ${seed} --calls ${callsPerMinute}`;
	console.log(command);
	const result = await soak({
		minutes,
		seed,
		callsPerMinute,
		signal: stopping.signal,
		say: (line) => console.log(line),
	});
	const plot = await memoryPlot(result);
	const about = {
		date: new Date().toISOString().slice(0, 10),
		n8n: DEFAULT_N8N_VERSION,
		node: recipeFor(DEFAULT_N8N_VERSION).node,
		package: manifest.version,
		command,
	};
	await mkdir(OUT, { recursive: true });
	await writeFile(path.join(OUT, 'soak.json'), JSON.stringify(result, null, '\t'));
	await writeFile(path.join(OUT, PLOT), plot);
	const report = await asMarkdown(reportOf(result, about, PLOT));
	await writeFile(path.join(OUT, 'soak.md'), report);
	console.log(`\n${report}\nWritten to ${OUT}`);
	if (values.page) {
		await writeFile(path.join(path.dirname(PAGE), 'images', PLOT), plot);
		const section = reportOf(result, about, `images/${PLOT}`);
		const page = await readFile(PAGE, 'utf8');
		await writeFile(PAGE, await asMarkdown(page.replace(SECTION, `$1\n${section}\n$2`)));
	}
	for (const { what, figure } of faultsOfOurs(result)) {
		console.error(`${what}: ${figure}, and it must be 0`);
		process.exitCode = 1;
	}
}

async function asMarkdown(text: string): Promise<string> {
	return await format(text, { ...(await resolveConfig(PAGE)), filepath: PAGE });
}

main().catch((fault: unknown) => {
	console.error(fault);
	process.exitCode = 1;
});
