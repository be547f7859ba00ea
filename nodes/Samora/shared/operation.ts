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
		...operations.flatMap(({ option, fields }) =>
			fields.map((field) => shownFor(resource, option.value, field)),
		),
	];
}

/** Puts a field under its operation, beside what it depends on already. */
function shownFor(resource: string, operation: string, field: INodeProperties): INodeProperties {
	return {
		...field,
		displayOptions: {
			...field.displayOptions,
			show: { resource: [resource], operation: [operation], ...field.displayOptions?.show },
		},
	};
}
