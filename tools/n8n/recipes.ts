import os from 'node:os';
import path from 'node:path';

/** What it takes to install one n8n version, and what a person may expect of it. */
export interface Recipe {
	/** Exact version of the npm package `node` that this n8n runs under. */
	node: string;
	overrides?: Record<string, string>;
	/** Settings that only this version knows. */
	env?: Record<string, string>;
	expectedBytes: number;
}

export const DEFAULT_N8N_VERSION = '2.41.1';
export const OLDER_N8N_VERSION = '1.123.81';

const GIGABYTE = 1e9;

const recipes: Record<string, Recipe> = {
	[DEFAULT_N8N_VERSION]: {
		node: '24.21.0',
		// A catalogue that is fetched from n8n's servers at every start.
		env: { N8N_DISABLED_MODULES: 'mcp-registry' },
		expectedBytes: 3.0 * GIGABYTE,
	},
	[OLDER_N8N_VERSION]: {
		node: '24.21.0',
		// 1.x names this library by a vendor's download URL; the registry has it too.
		overrides: { xlsx: '0.18.5' },
		expectedBytes: 1.9 * GIGABYTE,
	},
};

export function recipeFor(version: string): Recipe {
	const recipe = recipes[version];
	if (recipe) return recipe;
	const closest = version.startsWith('1.') ? OLDER_N8N_VERSION : DEFAULT_N8N_VERSION;
	return { ...recipes[closest], env: undefined };
}

/** One folder per n8n version, outside any checkout, so that clones and runs share it. */
export function installFolder(version: string): string {
	const cache =
		process.env.SAMORA_N8N_CACHE || path.join(os.homedir(), '.cache', 'n8n-nodes-samora');
	return path.join(path.resolve(cache), `n8n-${version}`);
}
