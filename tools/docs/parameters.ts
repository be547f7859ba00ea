import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';

/** A parameter as listed on the page. */
export interface Parameter {
	/** The label in the editor, with the collections it's in: "Options → Calling Hours → From". */
	label: string;
	/** The name in a saved workflow: "options.callingHours.values.from". */
	name: string;
	kind: string;
	default: string;
	description: string;
}

/** Longer lists of choices are not listed; how long that of time zones is depends on the platform. */
const LISTED_CHOICES = 20;

/** The parameters including nested ones, in the order of the editor. */
export function parametersIn(
	properties: readonly INodeProperties[],
	within: { labels: readonly string[]; names: readonly string[] } = { labels: [], names: [] },
): Parameter[] {
	return properties
		.filter(({ type }) => type !== 'notice' && type !== 'hidden')
		.flatMap((property) => {
			const labels = [...within.labels, property.displayName];
			const names = [...within.names, property.name];
			return [
				{
					label: labels.join(' → '),
					name: names.join('.'),
					kind: kindOf(property),
					default: defaultOf(property),
					description: descriptionOf(property),
				},
				...insideOf(property, labels, names),
			];
		});
}

function insideOf(property: INodeProperties, labels: string[], names: string[]): Parameter[] {
	if (property.type === 'collection') {
		return parametersIn((property.options ?? []) as INodeProperties[], { labels, names });
	}
	if (property.type !== 'fixedCollection') return [];
	const rows = property.typeOptions?.multipleValues === true ? '[]' : '';
	return ((property.options ?? []) as INodePropertyCollection[]).flatMap(({ name, values }) =>
		parametersIn(values, { labels, names: [...names, `${name}${rows}`] }),
	);
}

function kindOf({ type, typeOptions, required, options = [] }: INodeProperties): string {
	const kinds: Partial<Record<INodeProperties['type'], string>> = {
		string: typeOptions?.password === true ? 'hidden text' : 'text',
		boolean: 'on or off',
		json: 'JSON',
		options: 'one of a list',
		multiOptions: 'any of a list',
		collection: 'collection',
		fixedCollection: typeOptions?.multipleValues === true ? 'rows' : 'group',
		resourceLocator: 'picked from a list, or an ID',
		number: numberKind(typeOptions),
	};
	const kind = kinds[type];
	if (kind === undefined) throw new Error(`The page has no word for a parameter of type ${type}`);
	const counted = options.length > LISTED_CHOICES ? 'one of a long list' : kind;
	return required ? `${counted}, required` : counted;
}

function numberKind({ minValue, maxValue }: INodeProperties['typeOptions'] = {}): string {
	if (minValue === undefined) return 'number';
	return maxValue === undefined
		? `number, ${minValue} or more`
		: `number, ${minValue} to ${maxValue}`;
}

function defaultOf({ type, default: value, options = [] }: INodeProperties): string {
	if (type === 'collection' || type === 'fixedCollection' || type === 'resourceLocator') return '';
	if (value === '' || value === undefined || value === null) return '';
	if (type === 'boolean') return value === true ? 'on' : 'off';
	if (type === 'options' || type === 'multiOptions') {
		const chosen = [value].flat();
		return (options as INodePropertyOptions[])
			.filter((choice) => chosen.includes(choice.value))
			.map(({ name }) => name)
			.join(', ');
	}
	return `\`${String(value)}\``;
}

function descriptionOf(property: INodeProperties): string {
	const { type, description = '', options = [], hint = '' } = property;
	const choices =
		(type === 'options' || type === 'multiOptions') && options.length <= LISTED_CHOICES
			? (options as INodePropertyOptions[]).map(
					(choice) =>
						`**${choice.name}** \`${String(choice.value)}\`${choice.description ? ` – ${choice.description}` : ''}`,
				)
			: [];
	const texts = [description, hint, conditionOf(property)]
		.filter((text) => text !== '')
		.map(asSentence);
	return [texts.join(' '), ...choices].filter((text) => text !== '').join('<br>');
}

/** Which other parameters must be set to show this one. */
function conditionOf({ displayOptions }: INodeProperties): string {
	const conditions = Object.entries(displayOptions?.show ?? {})
		.filter(([name]) => name !== 'resource' && name !== 'operation')
		.map(
			([name, values]) =>
				`\`${name.replace('/', '')}\` is ${(values ?? []).map((value) => `\`${String(value)}\``).join(' or ')}`,
		);
	return conditions.length === 0 ? '' : `Shown when ${conditions.join(' and ')}`;
}

export const asSentence = (text: string): string => (/[.!?…]$/.test(text) ? text : `${text}.`);
