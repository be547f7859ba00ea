import { isRecord } from '../n8n/json';

/** What n8n's scanner lints: of the sources it is given, and of the published package. */
export const SOURCES = ['package.json', '{nodes,credentials}/**/*.{js,ts,json}'];
export const TARBALL = ['**/*.js', 'package.json'];

/** An ES module without types; its command line only takes packages that are published already. */
const SCANNER = '@n8n/scan-community-package/scanner/scanner.mjs';

/** Runs n8n's own scanner over a folder; gives what it objects to. */
export async function scan(folder: string, patterns: string[]): Promise<string[]> {
	const scanner = (await import(SCANNER)) as {
		analyzePackage: (folder: string, patterns: string[]) => Promise<unknown>;
	};
	const result = await scanner.analyzePackage(folder, patterns);
	if (!isRecord(result)) return ['the scanner gave no result'];
	// It also passes a folder in which it finds nothing.
	if (result.passed === true && result.message === undefined) return [];
	return [[result.message, result.details].filter(Boolean).join('\n')];
}
