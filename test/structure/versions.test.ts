import { NodeHelpers, type INodeParameters, type INodeTypeDescription } from 'n8n-workflow';

import { Samora } from '../../nodes/Samora/Samora.node';

/** How a later version of a node may change a default: as CONTRIBUTING says it is done. */

const now = new Samora().description;

/** The node as a later release might have it: new nodes ask for 100 results at first. */
const later: INodeTypeDescription = {
	...now,
	version: [1, 1.1],
	defaultVersion: 1.1,
	properties: now.properties.flatMap((field) => {
		if (field.name !== 'limit') return [field];
		const shownIn = (versions: Array<number | { _cnd: { gte: number } }>) => ({
			...field.displayOptions,
			show: { ...field.displayOptions?.show, '@version': versions },
		});
		return [
			{ ...field, displayOptions: shownIn([1]) },
			{ ...field, displayOptions: shownIn([{ _cnd: { gte: 1.1 } }]), default: 100 },
		];
	}),
};

const limitOf = (typeVersion: number, saved: INodeParameters = {}) =>
	NodeHelpers.getNodeParameters(
		later.properties,
		{ resource: 'campaign', operation: 'getAll', ...saved },
		true,
		false,
		{ typeVersion },
		later,
	)?.limit;

it('the nodes are of one version', () => {
	expect(now.version).toBe(1);
});

it('a new default is for new nodes: a saved workflow keeps the one it was made with', () => {
	expect(limitOf(1)).toBe(50);
	expect(limitOf(1.1)).toBe(100);
});

it('a value that was saved stays, whichever default the version has', () => {
	expect(limitOf(1, { limit: 7 })).toBe(7);
	expect(limitOf(1.1, { limit: 7 })).toBe(7);
});
