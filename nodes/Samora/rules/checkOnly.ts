import type { INodeProperties } from 'n8n-workflow';

export const checkOnlyField: INodeProperties = {
	displayName: 'Check Only',
	name: 'checkOnly',
	type: 'boolean',
	default: false,
	description:
		'Whether to only check the items and call nobody. Each item then says whether it would be called, at which number, and if not, why.',
};

/**
 * An expression may give it as text, or nothing at all. A call can't be taken back, so only a clear no is one.
 *
 * @param options the values of the options
 */
export const isCheckOnly = (options: Record<string, unknown>): boolean =>
	Object.hasOwn(options, 'checkOnly') && !/^\s*(false|no|0)\s*$/i.test(String(options.checkOnly));
