import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const PROJECT_FOLDER = path.resolve(__dirname, '..', '..');

export const contentOf = (file: string, encoding: BufferEncoding = 'utf8'): string =>
	readFileSync(path.join(PROJECT_FOLDER, file), encoding);

export const exists = (file: string): boolean => existsSync(path.join(PROJECT_FOLDER, file));

/** The files in a folder and below, with their paths from the project's folder. Those that are built are left out. */
export const filesIn = (folder: string): string[] =>
	readdirSync(path.join(PROJECT_FOLDER, folder), { recursive: true, encoding: 'utf8' })
		.map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
		.filter((file) => !file.split('/').includes('dist'))
		.filter((file) => statSync(path.join(PROJECT_FOLDER, file)).isFile())
		.sort();

/** The folders with code in them, those that are made or installed left out. */
export const sourceFolders = (): string[] =>
	readdirSync(PROJECT_FOLDER, { withFileTypes: true })
		.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
		.map(({ name }) => name)
		.filter((name) => !['node_modules', 'dist', 'coverage', 'docs', 'icons'].includes(name));
