import fc from 'fast-check';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

import type { World } from '../support/world';

/** Where a value goes: the path of a parameter, the last step of which is its own name. */
export interface Leaf {
	path: Array<string | number>;
	values: fc.Arbitrary<unknown>;
	/** What stands there in the workflow, for an expression that gives the value. */
	written: (expression: string) => unknown;
}

/** A parameter, with what it holds, that is there or not. */
export interface Slot {
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
const fitting: Record<string, (world: World) => fc.Arbitrary<unknown>> = {
	agentId: (world) => fc.constantFrom(world.agentId, world.otherAgentId),
	campaignId: (world) => fc.constantFrom(...world.campaigns),
	webhookId: (world) => fc.oneof(fc.constantFrom(...world.webhooks), fc.uuid()),
	callId: (world) => fc.oneof(fc.constantFrom(...world.calls), fc.uuid()),
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

function fittingFor(property: INodeProperties, world: World): fc.Arbitrary<unknown> {
	const own = fitting[property.name]?.(world);
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
export function slotsOf(
	properties: INodeProperties[],
	world: World,
	path: Leaf['path'] = [],
	optional = false,
): Slot[] {
	return properties.flatMap((property): Slot[] => {
		const here = [...path, property.name];
		switch (property.type) {
			case 'notice':
				return [];
			case 'collection':
				return slotsOf(property.options as INodeProperties[], world, here, true);
			case 'fixedCollection':
				return (property.options as INodePropertyCollection[]).map(({ name, values }) => {
					const row = property.typeOptions?.multipleValues ? [...here, name, 0] : [...here, name];
					return {
						optional: true,
						leaves: slotsOf(values, world, row).flatMap(({ leaves }) => leaves),
					};
				});
			default:
				return [{ optional, leaves: [{ path: here, ...leafOf(property, world) }] }];
		}
	});
}

const leafOf = (property: INodeProperties, world: World): Omit<Leaf, 'path'> => ({
	// Mostly what fits, or nothing would ever get through.
	values: fc.oneof(
		{ arbitrary: fittingFor(property, world), weight: 12 },
		{ arbitrary: strange, weight: 1 },
	),
	written: (expression) =>
		property.type === 'resourceLocator'
			? { __rl: true, mode: 'id', value: expression }
			: expression,
});
