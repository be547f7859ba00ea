import { isRecord } from '../json';

/** The files that n8n's scanner lints: the sources, and the published package. */
export const SOURCES = ['package.json', '{nodes,credentials}/**/*.{js,ts,json}'];
export const TARBALL = ['**/*.js', 'package.json'];

/** An ES module without types. Its command line only accepts published packages. */
const SCANNER = '@n8n/scan-community-package/scanner/scanner.mjs';

/** Runs n8n's own scanner on a folder, and returns its findings. */
export async function scan(folder: string, patterns: string[]): Promise<string[]> {
	const scanner = (await import(SCANNER)) as {
		analyzePackage: (folder: string, patterns: string[]) => Promise<unknown>;
	};
	const result = await scanner.analyzePackage(folder, patterns);
	if (!isRecord(result)) return ['the scanner returned no result'];
	// The scanner also passes a folder in which it finds no files.
	if (result.passed === true && result.message === undefined) return [];
	return [[result.message, result.details].filter(Boolean).join('\n')];
}
