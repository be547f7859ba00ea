import type {
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';

/** A parameter at any depth, with the names that lead to it. */
export interface Field {
	property: INodeProperties;
	path: Step[];
}

export interface Step {
	name: string;
	/** Whether there can be several of it, as rows of a collection. */
	many?: boolean;
}

/** "metadata.values[].key" */
export const written = (path: Step[]) =>
	path.map(({ name, many }) => (many ? `${name}[]` : name)).join('.');

/** The words that can be chosen. */
export const choicesOf = ({ options = [], type }: INodeProperties) =>
	type === 'options' || type === 'multiOptions' ? (options as INodePropertyOptions[]) : [];

/** A list of parameters with all that is inside them. */
export function fieldsIn(properties: INodeProperties[], path: Step[] = []): Field[] {
	return properties.flatMap((property): Field[] => {
		const here = [...path, { name: property.name }];
		const inside =
			property.type === 'collection'
				? fieldsIn(property.options as INodeProperties[], here)
				: groupsOf(property).flatMap(({ name, values }) =>
						fieldsIn(values, [...here, { name, many: property.typeOptions?.multipleValues }]),
					);
		return [{ property, path: here }, ...inside];
	});
}

/** The groups of a fixed collection. */
export const groupsOf = ({ options = [], type }: INodeProperties) =>
	type === 'fixedCollection' ? (options as INodePropertyCollection[]) : [];

export interface OperationOption extends INodePropertyOptions {
	resource: string;
	value: string;
}

/** The operations of all resources. */
export function operationsIn({ properties }: INodeTypeDescription): OperationOption[] {
	return properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ options = [], displayOptions }) =>
			(options as INodePropertyOptions[]).map((option) => ({
				...option,
				value: String(option.value),
				resource: String(displayOptions?.show?.resource?.[0]),
			})),
		);
}

/** The parameters that an operation shows, at the top level. */
export function shownFor(
	{ properties }: INodeTypeDescription,
	resource: string,
	operation: string,
): INodeProperties[] {
	return properties
		.filter(
			({ displayOptions }) =>
				displayOptions?.show?.resource?.includes(resource) &&
				displayOptions.show.operation?.includes(operation),
		)
		.map((property) => withOptionsOf(property, operation));
}

/** A collection without the options that only other operations show. */
function withOptionsOf(property: INodeProperties, operation: string): INodeProperties {
	if (property.type !== 'collection') return property;
	const options = (property.options as INodeProperties[]).filter(
		({ displayOptions }) => displayOptions?.show?.['/operation']?.includes(operation) ?? true,
	);
	return { ...property, options };
}
