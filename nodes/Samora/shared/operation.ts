import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

/** One operation: its entry in the list with the route, and the fields only it shows. */
export interface Operation {
	option: INodePropertyOptions & { value: string };
	fields: INodeProperties[];
}

/** The properties of a resource: the list of its operations, then the fields of each. */
export function resourceProperties(
	resource: string,
	operations: Operation[],
	initial: string,
): INodeProperties[] {
	return [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [resource] } },
			options: operations.map(({ option }) => option),
			default: initial,
		},
		...fieldsOf(resource, operations),
	];
}

/**
 * A field that operations share stands once for all of them: n8n's engine evaluates the value of every property for
 * every item, whether it is shown or not. Each operation keeps the order of its fields.
 */
function fieldsOf(resource: string, operations: Operation[]): INodeProperties[] {
	const placed: Array<{ field: INodeProperties; shownIn: string[] }> = [];
	for (const { option, fields } of operations) {
		let next = 0;
		for (const field of fields) {
			let place = placed.findIndex((other, at) => at >= next && other.field === field);
			if (place === -1) {
				place = next;
				placed.splice(place, 0, { field, shownIn: [] });
			}
			placed[place].shownIn.push(option.value);
			next = place + 1;
		}
	}
	return placed.map(({ field, shownIn }) => shownFor(resource, shownIn, field));
}

/** Puts a field under its operations, beside what it depends on already. */
function shownFor(resource: string, operations: string[], field: INodeProperties): INodeProperties {
	return {
		...field,
		displayOptions: {
			...field.displayOptions,
			show: { resource: [resource], operation: operations, ...field.displayOptions?.show },
		},
	};
}
