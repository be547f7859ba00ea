import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** One operation: its entry in the list with the route, and the fields only it shows. */
export interface Operation {
	option: INodePropertyOptions & { value: string };
	fields: INodeProperties[];
}

/** What the node works with, and what it can do with it. */
export interface Resource {
	value: string;
	/** In the order of the panel's actions and of the list of operations: what people come for first. */
	operations: Operation[];
	/** The operation that is chosen at first. */
	initial: string;
}

/** The properties of all resources: the lists of their operations, then the fields of each. */
export function resourceProperties(resources: Resource[]): INodeProperties[] {
	return [
		...resources.map(({ value, operations, initial }): INodeProperties => {
			return {
				displayName: 'Operation',
				name: 'operation',
				type: 'options',
				noDataExpression: true,
				displayOptions: { show: { resource: [value] } },
				options: operations.map(({ option }) => option),
				default: initial,
			};
		}),
		...fieldsOf(
			resources.flatMap(({ value, operations }) =>
				operations.map(({ option, fields }) => ({
					resource: value,
					operation: option.value,
					fields,
				})),
			),
		),
	];
}

interface Fields {
	resource: string;
	operation: string;
	fields: INodeProperties[];
}

interface Place {
	field: INodeProperties;
	shownIn: Fields[];
}

/**
 * A field that operations share stands once for all of them, as far as n8n can say so: its engine evaluates the value
 * of every property for every item, whether it is shown or not. Each operation keeps the order of its fields.
 */
function fieldsOf(operations: Fields[]): INodeProperties[] {
	const places: Place[] = [];
	operations.forEach((one, done) => {
		const later = operations.slice(done + 1);
		let next = 0;
		for (const field of one.fields) {
			let at = places.findIndex(
				(place, index) =>
					index >= next &&
					place.field === field &&
					shownByNoOther({ field, shownIn: [...place.shownIn, one] }, operations, later),
			);
			if (at === -1) {
				at = next;
				places.splice(at, 0, { field, shownIn: [] });
			}
			places[at].shownIn.push(one);
			next = at + 1;
		}
	});
	return places.map(shown);
}

/** n8n shows what has one of the resources and one of the operations, whichever belong together. */
function shownByNoOther({ field, shownIn }: Place, operations: Fields[], later: Fields[]): boolean {
	const { resource, operation } = whereShown(shownIn);
	return operations
		.filter((one) => resource.includes(one.resource) && operation.includes(one.operation))
		.every((one) => shownIn.includes(one) || (later.includes(one) && one.fields.includes(field)));
}

const whereShown = (shownIn: Fields[]) => ({
	resource: [...new Set(shownIn.map(({ resource }) => resource))],
	operation: [...new Set(shownIn.map(({ operation }) => operation))],
});

/** Puts a field under its operations, beside what it depends on already. */
const shown = ({ field, shownIn }: Place): INodeProperties => ({
	...field,
	displayOptions: {
		...field.displayOptions,
		show: { ...whereShown(shownIn), ...field.displayOptions?.show },
	},
});
