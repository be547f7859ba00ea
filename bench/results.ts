import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { format, resolveConfig } from 'prettier';

import type { WorkReport } from './report';

/** When and in which environment figures were measured. */
export interface Circumstances {
	date: string;
	n8n: string;
	node: string;
	package: string;
	machine: string;
}

/** What one work measured. Works can be measured on different days. */
export interface MeasuredWork {
	circumstances: Circumstances;
	reports: WorkReport[];
}

const FOLDER = path.join(__dirname, 'results');

/** Replaces what the work measured before. */
export async function keep(work: string, measured: MeasuredWork): Promise<void> {
	await mkdir(FOLDER, { recursive: true });
	const file = path.join(FOLDER, `${work}.json`);
	const options = await resolveConfig(file);
	await writeFile(file, await format(JSON.stringify(measured), { ...options, filepath: file }));
}

/** The newest measurement of each of these works that has one, in this order. */
export async function kept(works: readonly string[]): Promise<MeasuredWork[]> {
	const files = await readdir(FOLDER);
	const measured = works.filter((work) => files.includes(`${work}.json`));
	return await Promise.all(
		measured.map(
			async (work) =>
				JSON.parse(await readFile(path.join(FOLDER, `${work}.json`), 'utf8')) as MeasuredWork,
		),
	);
}
