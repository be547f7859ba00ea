import fc from 'fast-check';
import type {
	IDataObject,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
} from 'n8n-workflow';

import { Samora } from '../../nodes/Samora/Samora.node';
import { OPERATION_IDS, OPERATIONS, type OperationId } from '../support/operations';
import { SandboxRuns, type Parameters } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';

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

/** Where a value goes: the path of a parameter, the last step of which is its own name. */
interface Leaf {
	path: Array<string | number>;
	values: fc.Arbitrary<unknown>;
	/** What stands there in the workflow, for an expression that gives the value. */
	written: (expression: string) => unknown;
}

/** A parameter, with what it holds, that is there or not. */
interface Slot {
	optional: boolean;
	leaves: Leaf[];
}

const strange = fc.oneof(
	fc.constantFrom<unknown>(null, undefined, true, false, '', ' ', 0, -1, 1.5, 1e21, NaN, [], {}, [
		[],
	]),
	fc.constantFrom(
		'=1',
		'{{ 1 }}',
		'../..',
		'?a=b',
		'#',
		'%',
		'a\r\nb: c',
		'\u0000',
		'é',
		'🙂',
		'__proto__',
	),
	fc.string({ maxLength: 20 }),
	fc.string({ unit: 'grapheme', maxLength: 300 }),
	fc.string({ unit: 'binary', maxLength: 20 }),
	fc.double(),
	fc.jsonValue({ maxDepth: 2 }),
);

/** What goes into a parameter by its name, beside what its type says. */
const fitting: Record<string, () => fc.Arbitrary<unknown>> = {
	agentId: () => fc.constantFrom(world.agentId, world.otherAgentId),
	campaignId: () => fc.constantFrom(...world.campaigns),
	webhookId: () => fc.oneof(fc.constantFrom(...world.webhooks), fc.uuid()),
	callId: () => fc.oneof(fc.constantFrom(...world.calls), fc.uuid()),
	toNumber: () =>
		fc.oneof(
			fc.nat(9_999_999).map((n) => `+1415${String(n).padStart(7, '2')}`),
			fc.constantFrom('+442079460018', '+919876543210', '(415) 555-2671', 4155552671, '+1 415'),
		),
	defaultCountry: () => fc.constantFrom('US', 'de', 'UK', 'XX'),
	url: () =>
		fc.oneof(
			fc.webUrl({ validSchemes: ['https'], withFragments: true, withQueryParameters: true }),
			fc.webUrl(),
		),
	name: () =>
		fc.oneof(fc.string({ minLength: 1, maxLength: 260 }), fc.constantFrom('X-Token', 'Spring')),
	value: () => fc.string({ maxLength: 30 }),
	key: () => fc.string({ minLength: 1, maxLength: 30 }),
	timezone: () => fc.constantFrom('Europe/Berlin', 'UTC', 'Nowhere/None'),
	from: () => fc.constantFrom('00:00', '9:00', '24:00'),
	to: () => fc.constantFrom('24:00', '23:59', '7'),
};

function fittingFor(property: INodeProperties): fc.Arbitrary<unknown> {
	const own = fitting[property.name]?.();
	if (own) return own;
	switch (property.type) {
		case 'boolean':
			return fc.boolean();
		case 'number':
			return fc.oneof(
				fc.integer({ min: -1, max: 6 }),
				fc.constantFrom(100, 101, 1440, 1441, '3', property.default),
			);
		case 'options':
			return fc.constantFrom(...wordsOf(property));
		case 'multiOptions':
			return fc.oneof(
				fc.subarray(wordsOf(property)),
				fc.subarray(wordsOf(property)).map((words) => words.join(', ')),
			);
		case 'json':
			return fc.oneof(
				fc.dictionary(fc.string(), fc.jsonValue()),
				fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value)),
			);
		default:
			return fc.string();
	}
}

const wordsOf = ({ options = [] }: INodeProperties) =>
	(options as INodePropertyOptions[]).map(({ value }) => value);

/** The slots of the fields of a list, each with the values of its leaves. */
function slotsOf(properties: INodeProperties[], path: Leaf['path'], optional: boolean): Slot[] {
	return properties.flatMap((property): Slot[] => {
		const here = [...path, property.name];
		switch (property.type) {
			case 'notice':
				return [];
			case 'collection':
				return slotsOf(property.options as INodeProperties[], here, true);
			case 'fixedCollection':
				return (property.options as INodePropertyCollection[]).map(({ name, values }) => {
					const row = property.typeOptions?.multipleValues ? [...here, name, 0] : [...here, name];
					return {
						optional: true,
						leaves: slotsOf(values, row, false).flatMap(({ leaves }) => leaves),
					};
				});
			default:
				return [{ optional, leaves: [{ path: here, ...leafOf(property) }] }];
		}
	});
}

const leafOf = (property: INodeProperties): Omit<Leaf, 'path'> => ({
	// Mostly what fits, or nothing would ever get through.
	values: fc.oneof(
		{ arbitrary: fittingFor(property), weight: 12 },
		{ arbitrary: strange, weight: 1 },
	),
	written: (expression) =>
		property.type === 'resourceLocator'
			? { __rl: true, mode: 'id', value: expression }
			: expression,
});

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

describe('whatever the parameters', () => {
	it.each(OPERATION_IDS)(
		'%s: sends what the description allows, or says what will not do',
		async (id) => {
			const fields = fieldsOf(id);
			const labels = labelsOf(fields).map((label) => label.toLowerCase());
			const slots = slotsOf(fields, [], false);
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

	it('and both happens often enough', () => {
		expect(figures.refused).toBeGreaterThan(50);
		expect(figures.requests).toBeGreaterThan(50);
	});
});

/** How many items were left out by a rule that was chosen: each an item of its own, or counted in a summary. */
const skipped = (output: Array<{ json: IDataObject }>) =>
	output.reduce((sum, { json }) => sum + Number(json.skipped ?? 0), 0);
