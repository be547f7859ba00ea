import os from 'node:os';
import path from 'node:path';

/** How to install one version of n8n, and what to expect. */
export interface Recipe {
	/** The exact version of the npm package `node` that runs this n8n by default. */
	node: string;
	/** The Node.js versions that this n8n supports and is tested with, newest first. */
	nodes: string[];
	overrides?: Record<string, string>;
	/** Settings for this version only. */
	env?: Record<string, string>;
	/** Settings that it needs under this major version of Node.js. */
	envUnder?: Record<string, Record<string, string>>;
	expectedBytes: number;
}

export const DEFAULT_N8N_VERSION = '2.41.1';
export const OLDER_N8N_VERSION = '1.123.81';
/** The oldest version with custom operations in declarative nodes that starts with functions in a tool's routes. */
export const OLDEST_N8N_VERSION = '1.85.4';

const GIGABYTE = 1e9;

const NODE_20 = '20.20.2';
const NODE_22 = '22.23.3';
export const NODE_24 = '24.21.0';

/** 1.x and the early 2.x depend on a download URL for this library. The registry has it too. */
const XLSX = { xlsx: '0.18.5' };

const recipes: Record<string, Recipe> = {
	[DEFAULT_N8N_VERSION]: {
		node: NODE_24,
		nodes: [NODE_24],
		// Downloads a catalog from n8n's servers at every start.
		env: { N8N_DISABLED_MODULES: 'mcp-registry' },
		expectedBytes: 3.0 * GIGABYTE,
	},
	[OLDER_N8N_VERSION]: {
		node: NODE_24,
		nodes: [NODE_24, NODE_22, NODE_20],
		overrides: XLSX,
		// The library that isolates expressions has no binary for Node.js 20 and doesn't compile under it.
		envUnder: { 20: { N8N_EXPRESSION_ENGINE: 'legacy' } },
		expectedBytes: 1.9 * GIGABYTE,
	},
	[OLDEST_N8N_VERSION]: {
		node: NODE_22,
		nodes: [NODE_22, NODE_20],
		overrides: XLSX,
		// Newer versions don't need this to let an AI agent use a community node as a tool.
		env: { N8N_COMMUNITY_PACKAGES_ALLOW_TOOL_USAGE: 'true' },
		expectedBytes: 1.4 * GIGABYTE,
	},
};

export function recipeFor(version: string): Recipe {
	const recipe = recipes[version];
	if (recipe) return recipe;
	const closest = version.startsWith('1.') ? OLDER_N8N_VERSION : DEFAULT_N8N_VERSION;
	return { ...recipes[closest], overrides: XLSX, env: undefined };
}

/** The environment variables for this n8n under this version of Node.js. */
export function settingsFor(version: string, node: string): Record<string, string> {
	const { env, envUnder } = recipeFor(version);
	return { ...env, ...envUnder?.[majorOf(node)] };
}

export function majorOf(version: string): string {
	return version.split('.', 1)[0];
}

/** One folder per n8n version, outside the checkout so that all clones share it. */
export function installFolder(version: string): string {
	return path.join(cacheFolder(), `n8n-${version}`);
}

export function cacheFolder(): string {
	return path.resolve(
		process.env.SAMORA_N8N_CACHE || path.join(os.homedir(), '.cache', 'n8n-nodes-samora'),
	);
}
