import type { INodeProperties } from 'n8n-workflow';

export const checkOnlyField: INodeProperties = {
	displayName: 'Check Only',
	name: 'checkOnly',
	type: 'boolean',
	default: false,
	description:
		'Whether to call nobody and only say for every item whether it would be called, at which number, and why not',
};

/**
 * An expression may give it as text, or nothing at all. A call can't be taken back, so only a clear no is one.
 *
 * @param options the values of the options
 */
export const isCheckOnly = (options: Record<string, unknown>): boolean =>
	Object.hasOwn(options, 'checkOnly') && !/^\s*(false|no|0)\s*$/i.test(String(options.checkOnly));
