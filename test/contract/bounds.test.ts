import fc from 'fast-check';
import type { IDataObject, INodeProperties, INodePropertyCollection } from 'n8n-workflow';

import { Samora } from '../../nodes/Samora/Samora.node';
import { OPERATION_IDS, OPERATIONS, type OperationId } from '../support/operations';
import { SandboxRuns, type Parameters } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';
import { slotsOf, type Leaf, type Slot } from './parameterValues';

/**
 * The node sends nothing that the API's description forbids, whatever its parameters: each of them gets, by
 * expression, values that fit, values that nearly fit, and values that nobody expects.
 */

const samora = new SandboxRuns();
let world: World;

beforeEach(async () => (world = await settle(samora.sandbox)));

const { description } = new Samora();

const RUNS = 10;
const ITEMS = 8;

/** The fields of an operation that are always there to be filled. */
function fieldsOf(id: OperationId): INodeProperties[] {
	const { resource, operation } = OPERATIONS[id];
	return description.properties.filter(
		({ name, displayOptions }) =>
			name !== 'resource' &&
			name !== 'operation' &&
			displayOptions?.show?.resource?.includes(resource) &&
			displayOptions.show.operation?.includes(operation),
	);
}

function labelsOf(properties: INodeProperties[]): string[] {
	return properties.flatMap(({ displayName, options = [], type }) => [
		displayName,
		...(type === 'collection' ? labelsOf(options as INodeProperties[]) : []),
		...(type === 'fixedCollection'
			? (options as INodePropertyCollection[]).flatMap(({ values }) => labelsOf(values))
			: []),
	]);
}

/** Items that hold a value for some of an operation's parameters, the same ones in all of them. */
function itemsFor(slots: Slot[]): fc.Arbitrary<IDataObject[]> {
	return fc
		.tuple(...slots.map(({ optional }) => (optional ? fc.boolean() : fc.constant(true))))
		.chain((there) => {
			const leaves = slots.filter((_, n) => there[n]).flatMap((slot) => slot.leaves);
			const item = fc.record(
				Object.fromEntries(leaves.map(({ path, values }) => [path.join('.'), values])),
			);
			return fc.array(item as fc.Arbitrary<IDataObject>, { minLength: 1, maxLength: ITEMS });
		});
}

/** The parameters with an expression at every leaf: what stands in the item cannot be an expression itself. */
function parametersFor(id: OperationId, slots: Slot[], [item]: IDataObject[]): Parameters {
	const { resource, operation } = OPERATIONS[id];
	const parameters: IDataObject = { resource, operation };
	for (const { path, written } of slots.flatMap(({ leaves }) => leaves)) {
		const name = path.join('.');
		if (name in item) put(parameters, path, written(`={{ $json["${name}"] }}`));
	}
	return parameters as Parameters;
}

function put(
	into: Record<string | number, unknown>,
	[step, ...rest]: Leaf['path'],
	value: unknown,
): void {
	if (rest.length === 0) {
		into[step] = value;
		return;
	}
	into[step] ??= typeof rest[0] === 'number' ? [] : {};
	put(into[step] as Record<string, unknown>, rest, value);
}

const figures = { refused: 0, requests: 0 };

describe('the node, whatever its parameters', () => {
	it.each(OPERATION_IDS)(
		'sends only what the API description allows, or names the parameter that is not: %s',
		async (id) => {
			const fields = fieldsOf(id);
			const labels = labelsOf(fields).map((label) => label.toLowerCase());
			const slots = slotsOf(fields, world);
			await fc.assert(
				fc.asyncProperty(itemsFor(slots), async (items) => {
					const { output, error } = await samora.run(parametersFor(id, slots, items), items, {
						onError: 'continueRegularOutput',
					});
					expect(error).toBeUndefined();
					const sent = await samora.sent();
					expect(sent.map(({ violation }) => violation)).toEqual(sent.map(() => null));

					const refused = output.filter(
						({ json }) => (json.details as IDataObject | undefined)?.status === 'not sent',
					);
					for (const { json, pairedItem } of refused) {
						const sentence = String(json.error);
						const named = labels.filter((label) => sentence.toLowerCase().includes(label));
						expect({ sentence, named }).not.toEqual({ sentence, named: [] });
						expect(sentence).toContain(`[item ${(pairedItem as { item: number }).item}]`);
					}
					if (refused.length === 0) expect(sent.length + skipped(output)).toBeGreaterThan(0);
					if (sent.length === 0) expect(refused.length + skipped(output)).toBe(items.length);
					figures.refused += refused.length;
					figures.requests += sent.length;
				}),
				{ numRuns: RUNS },
			);
		},
		60_000,
	);

	it('both sends and refuses often enough in these tests', () => {
		expect(figures.refused).toBeGreaterThan(50);
		expect(figures.requests).toBeGreaterThan(50);
	});
});

/** How many items were left out by a rule that was chosen: each an item of its own, or counted in a summary. */
const skipped = (output: Array<{ json: IDataObject }>) =>
	output.reduce(
		(sum, { json }) => sum + Number(json.skipped ?? 0) + ('would_call' in json ? 1 : 0),
		0,
	);
