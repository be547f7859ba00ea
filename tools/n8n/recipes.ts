import os from 'node:os';
import path from 'node:path';

/** What it takes to install one n8n version, and what a person may expect of it. */
export interface Recipe {
	/** Exact version of the npm package `node` that this n8n runs under, unless it is started under another. */
	node: string;
	/** All that this n8n is tried under, newest first: of each Node that n8n itself accepts. */
	nodes: string[];
	overrides?: Record<string, string>;
	/** Settings that only this version knows. */
	env?: Record<string, string>;
	/** Settings that it needs under a Node of this major version. */
	envUnder?: Record<string, Record<string, string>>;
	expectedBytes: number;
}

export const DEFAULT_N8N_VERSION = '2.41.1';
export const OLDER_N8N_VERSION = '1.123.81';
/** The oldest that has custom operations in declarative nodes and starts with a tool that has functions in its routes. */
export const OLDEST_N8N_VERSION = '1.85.4';

const GIGABYTE = 1e9;

export const NODE_20 = '20.20.2';
export const NODE_22 = '22.23.3';
export const NODE_24 = '24.21.0';

/** 1.x names this library by a vendor's download URL; the registry has it too. */
const XLSX = { xlsx: '0.18.5' };

const recipes: Record<string, Recipe> = {
	[DEFAULT_N8N_VERSION]: {
		node: NODE_24,
		nodes: [NODE_24],
		// A catalogue that is fetched from n8n's servers at every start.
		env: { N8N_DISABLED_MODULES: 'mcp-registry' },
		expectedBytes: 3.0 * GIGABYTE,
	},
	[OLDER_N8N_VERSION]: {
		node: NODE_24,
		nodes: [NODE_24, NODE_22, NODE_20],
		overrides: XLSX,
		// The isolates it evaluates expressions in have no binary for Node 20, and do not compile under it.
		envUnder: { 20: { N8N_EXPRESSION_ENGINE: 'legacy' } },
		expectedBytes: 1.9 * GIGABYTE,
	},
	[OLDEST_N8N_VERSION]: {
		node: NODE_22,
		nodes: [NODE_22, NODE_20],
		overrides: XLSX,
		// Later ones let an AI agent use a community node as a tool without it.
		env: { N8N_COMMUNITY_PACKAGES_ALLOW_TOOL_USAGE: 'true' },
		expectedBytes: 1.4 * GIGABYTE,
	},
};

export function recipeFor(version: string): Recipe {
	const recipe = recipes[version];
	if (recipe) return recipe;
	const closest = version.startsWith('1.') ? OLDER_N8N_VERSION : DEFAULT_N8N_VERSION;
	return { ...recipes[closest], env: undefined };
}

/** What this n8n is to be told in the environment, under a Node of this version. */
export function settingsFor(version: string, node: string): Record<string, string> {
	const { env, envUnder } = recipeFor(version);
	return { ...env, ...envUnder?.[majorOf(node)] };
}

export function majorOf(version: string): string {
	return version.split('.', 1)[0];
}

/** One folder per n8n version, outside any checkout, so that clones and runs share it. */
export function installFolder(version: string): string {
	return path.join(cacheFolder(), `n8n-${version}`);
}

export function cacheFolder(): string {
	return path.resolve(
		process.env.SAMORA_N8N_CACHE || path.join(os.homedir(), '.cache', 'n8n-nodes-samora'),
	);
}
