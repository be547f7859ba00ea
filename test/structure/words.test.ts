import { isDeepStrictEqual } from 'node:util';

import {
	Workflow,
	type INode,
	type INodeProperties,
	type INodePropertyOptions,
	type INodeTypes,
} from 'n8n-workflow';

import { SamoraApi } from '../../credentials/SamoraApi.credentials';
import { Samora } from '../../nodes/Samora/Samora.node';
import { SamoraCampaignTrigger } from '../../nodes/SamoraCampaignTrigger/SamoraCampaignTrigger.node';
import { SamoraTrigger } from '../../nodes/SamoraTrigger/SamoraTrigger.node';
import { choicesOf, fieldsIn, groupsOf, operationsIn, written } from '../support/descriptions';

/** What people read in the editor. */

const samora = new Samora().description;
const trigger = new SamoraTrigger().description;
const campaignTrigger = new SamoraCampaignTrigger().description;

const FIELDS = [
	...fieldsIn(samora.properties).map(({ property, path }) => {
		const { resource = [], operation = [] } = property.displayOptions?.show ?? {};
		return { property, at: [...resource, ...operation, written(path)].join(' ') };
	}),
	...fieldsIn(trigger.properties).map(({ property, path }) => ({
		property,
		at: `trigger ${written(path)}`,
	})),
	...fieldsIn(campaignTrigger.properties).map(({ property, path }) => ({
		property,
		at: `campaign trigger ${written(path)}`,
	})),
	...fieldsIn(new SamoraApi().properties).map(({ property, path }) => ({
		property,
		at: `credential ${written(path)}`,
	})),
];

/** What is wrong, wherever it is. */
const wrong = (is: (field: (typeof FIELDS)[number]) => unknown) =>
	FIELDS.filter((field) => is(field)).map(({ at }) => at);

/** Countries and time zones are called what they are called. */
const isNames = ({ name }: INodeProperties) => ['defaultCountry', 'timezone'].includes(name);

const SMALL_WORDS = new Set(
	'a an and as at but by for from if in of on or per so the to up via with'.split(' '),
);

function isTitleCase(label: string): boolean {
	const words = label.split(/[\s-]+/);
	return words.every((word, n) => {
		const inside = n > 0 && n < words.length - 1;
		return /^[(]?[\p{Lu}\d]/u.test(word) || (inside && SMALL_WORDS.has(word));
	});
}

it.each([
	['To Number', true],
	['Max Duration (Seconds)', true],
	['One Item per Recipient', true],
	['To number', false],
	['the Number', false],
])('recognizes Title Case: %s', (label, is) => expect(isTitleCase(label)).toBe(is));

describe('labels are in Title Case', () => {
	it('of parameters', () => {
		expect(
			wrong(({ property }) => property.type !== 'notice' && !isTitleCase(property.displayName)),
		).toEqual([]);
	});

	it('of what can be chosen or added', () => {
		const labels = FIELDS.filter(({ property }) => !isNames(property)).flatMap(({ property }) => [
			...choicesOf(property).map(({ name }) => name),
			...groupsOf(property).map(({ displayName }) => displayName),
			...(property.modes ?? []).map(({ displayName }) => displayName),
		]);
		expect(labels.length).toBeGreaterThan(50);
		expect(labels.filter((label) => !isTitleCase(label))).toEqual([]);
	});
});

describe('sentences', () => {
	const described: Array<[string, string]> = FIELDS.flatMap(({ property, at }) => [
		[at, property.description ?? ''] as [string, string],
		[`${at} hint`, property.hint ?? ''] as [string, string],
		...(isNames(property)
			? []
			: choicesOf(property).map(({ name, description = '' }): [string, string] => [
					`${at} ${name}`,
					description,
				])),
	]);
	const sentences = described.filter(([, sentence]) => sentence !== '');

	it('begin with a capital letter', () => {
		expect(sentences.filter(([, sentence]) => !/^[\p{Lu}\d]/u.test(sentence))).toEqual([]);
	});

	it('end with a full stop where there are several, and without where there is one', () => {
		// n8n is written small even where a sentence begins.
		const isSeveral = (sentence: string) => /[.?!] (\p{Lu}|n8n)/u.test(sentence);
		const broken = sentences.filter(
			([, sentence]) => isSeveral(sentence) !== /[.?!]$/.test(sentence),
		);
		expect(broken).toEqual([]);
		expect(sentences.length).toBeGreaterThan(60);
	});

	it('begin with Whether where the answer is yes or no', () => {
		const isBroken = ({ type, description = '' }: INodeProperties) =>
			(type === 'boolean') !== description.startsWith('Whether') && type === 'boolean';
		expect(wrong(({ property }) => isBroken(property))).toEqual([]);
		expect(FIELDS.filter(({ property }) => property.type === 'boolean').length).toBeGreaterThan(8);
	});

	it('say of every operation what it does, in sentence case', () => {
		const operations = operationsIn(samora);
		expect(operations).toHaveLength(21);
		for (const { name, action, description } of operations) {
			expect({ name, action }).toEqual({
				name,
				action: expect.stringMatching(/^[A-Z][a-z ]+[a-z]$/),
			});
			expect({ name, description }).toEqual({
				name,
				description: expect.stringMatching(/^[A-Z].{15}/),
			});
		}
		const actions = operations.map(({ action }) => action);
		expect(new Set(actions).size).toBe(actions.length);
	});

	it('name in the list of actions what people come for first, without articles', () => {
		const actions = operationsIn(samora).map(({ action = '' }) => action);
		expect(actions.slice(0, 2)).toEqual(['Make call', 'Make call and wait for outcome']);
		const ofCampaigns = operationsIn(samora).filter(({ resource }) => resource === 'campaign');
		expect(ofCampaigns.slice(0, 2).map(({ action }) => action)).toEqual([
			'Launch campaign',
			'Get many campaigns',
		]);
		expect(actions.filter((action) => /\b(a|an|the|its)\b/i.test(action))).toEqual([]);
	});

	it('speak of calling in the panel, where n8n shows the description of the trigger for both', () => {
		expect(samora.description).toMatch(/call people/);
		expect(trigger.description).toMatch(/call people/);
	});

	it('avoid the words that frighten', () => {
		const texts = [
			...described.map(([, sentence]) => sentence),
			...FIELDS.flatMap(({ property }) => [
				property.displayName,
				property.placeholder ?? '',
				...choicesOf(property).flatMap(({ name, action = '' }) => [name, action]),
			]),
			...[samora, trigger, campaignTrigger].flatMap((node) => [
				node.displayName,
				node.description,
				node.activationMessage ?? '',
				node.eventTriggerDescription ?? '',
			]),
			JSON.stringify(new SamoraApi().test.rules),
		];
		expect(texts.filter((text) => /\b(error|problem|failure|mistake)/i.test(text))).toEqual([]);
	});
});

describe('placeholders', () => {
	const placeholders = FIELDS.flatMap(({ property, at }) => {
		const isCollection = ['collection', 'fixedCollection'].includes(property.type);
		return [
			{ at, kind: isCollection ? 'adds' : 'example', placeholder: property.placeholder },
			...(property.modes ?? []).map(({ name, type, placeholder }) => ({
				at: `${at} ${name}`,
				kind: type === 'list' ? 'picks' : 'example',
				placeholder,
			})),
		];
	});
	const LOOKS = { adds: /^Add [A-Z]/, example: /^e\.g\. \S/, picks: /^Choose .*…$/ };

	it.each(Object.entries(LOOKS))('that say what it %s', (kind, look) => {
		const given = placeholders.filter((one) => one.kind === kind && one.placeholder !== undefined);
		expect(given.length).toBeGreaterThan(0);
		expect(given.filter(({ placeholder = '' }) => !look.test(placeholder))).toEqual([]);
	});

	it('are there on every collection and every picker', () => {
		const missing = placeholders.filter(
			({ kind, placeholder }) => kind !== 'example' && !placeholder,
		);
		expect(missing).toEqual([]);
	});
});

describe('defaults', () => {
	const isAllowed = ({ type, default: value, typeOptions = {}, ...property }: INodeProperties) => {
		const words = choicesOf({ type, default: value, ...property }).map((choice) => choice.value);
		switch (type) {
			case 'boolean':
				return typeof value === 'boolean';
			case 'number': {
				const { minValue = -Infinity, maxValue = Infinity } = typeOptions;
				return typeof value === 'number' && value >= minValue && value <= maxValue;
			}
			case 'options':
				return words.includes(value as string);
			case 'multiOptions':
				return Array.isArray(value) && value.every((word) => words.includes(word as string));
			case 'collection':
				return JSON.stringify(value) === '{}';
			case 'fixedCollection':
				return JSON.stringify(value) === '{}' || isDeepStrictEqual(value, filledIn(property));
			case 'resourceLocator':
				return JSON.stringify(value) === JSON.stringify({ mode: 'list', value: '' });
			case 'json':
				return value === '{}';
			default:
				return typeof value === 'string';
		}
	};

	/** What a single group of fields holds when each has its own default. */
	const filledIn = ({ options = [] }: Partial<INodeProperties>) =>
		Object.fromEntries(
			options.map((group) => [
				group.name,
				'values' in group
					? Object.fromEntries(group.values.map((field) => [field.name, field.default]))
					: undefined,
			]),
		);

	it('are values that may be chosen', () => {
		expect(wrong(({ property }) => !isAllowed(property))).toEqual([]);
	});
});

describe('lists', () => {
	/** Making a call comes first, Monday before Tuesday, and whose time zone before the names of time zones. */
	const inAnOrderOfTheirOwn = ['operation', 'days', 'timezone'];

	const isSorted = (names: string[]) =>
		names.every((name, n) => n === 0 || names[n - 1].localeCompare(name, 'en') < 0);

	it('of choices are sorted by name; to choose nothing comes first', () => {
		expect(
			wrong(({ property }) => {
				const names = choicesOf(property)
					.filter(({ value }) => value !== '')
					.map(({ name }) => name);
				return !inAnOrderOfTheirOwn.includes(property.name) && !isSorted(names);
			}),
		).toEqual([]);
	});

	it('of what a collection can hold are sorted by name', () => {
		expect(
			wrong(({ property }) => {
				const inside = (property.options ?? []) as INodeProperties[];
				return (
					property.type === 'collection' && !isSorted(inside.map(({ displayName }) => displayName))
				);
			}),
		).toEqual([]);
	});

	it('hold every value once', () => {
		expect(
			wrong(({ property }) => {
				const values = choicesOf(property).map((choice: INodePropertyOptions) => choice.value);
				return new Set(values).size !== values.length;
			}),
		).toEqual([]);
	});
});

describe('the line under a node on the canvas', () => {
	const says = (parameters: Record<string, string>) => {
		const node: INode = {
			id: '1',
			name: 'Samora',
			type: 'n8n-nodes-samora.samora',
			typeVersion: 1,
			position: [0, 0],
			parameters,
		};
		const nodeTypes = {
			getByNameAndVersion: () => new Samora(),
		} as unknown as INodeTypes;
		const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
		return workflow.expression.getSimpleParameterValue(node, samora.subtitle, 'internal', {});
	};

	it.each([
		['call', 'trigger', 'make call'],
		['call', 'triggerAndWait', 'make call and wait'],
		['call', 'downloadRecording', 'call: download recording'],
		['campaign', 'getAll', 'campaign: get many'],
		['campaign', 'addRecipients', 'campaign: add recipients'],
	])('of %s: %s is "%s"', (resource, operation, line) => {
		expect(says({ resource, operation })).toBe(line);
	});
});

it('resource and operation cannot be expressions', () => {
	const choosers = samora.properties.filter(({ name }) => ['resource', 'operation'].includes(name));
	expect(choosers).toHaveLength(4);
	expect(choosers.map(({ noDataExpression }) => noDataExpression)).toEqual(
		choosers.map(() => true),
	);
});

it('the key is hidden, and an AI agent may use the actions but not the trigger', () => {
	const [apiKey] = new SamoraApi().properties;
	expect(apiKey).toMatchObject({ name: 'apiKey', typeOptions: { password: true }, default: '' });
	expect(samora.usableAsTool).toBe(true);
	expect(trigger.usableAsTool).toBeUndefined();
});
