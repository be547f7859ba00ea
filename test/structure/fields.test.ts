import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { Samora } from '../../nodes/Samora/Samora.node';
import {
	choicesOf,
	fieldsIn,
	operationsIn,
	shownFor,
	written,
	type Field,
	type Step,
} from '../support/descriptions';
import {
	ALL_OPERATION_IDS,
	ALL_OPERATIONS,
	parametersOf,
	type AnyOperationId,
} from '../support/operations';
import { asked, paired, SandboxRuns, type Parameters } from '../support/sandboxRuns';
import { settle } from '../support/world';
import { TRIALS, type Trial } from './fieldTrials';

/**
 * No field without a route: what is typed into it makes a difference. Each field is run with two values, all else
 * being equal, and what is sent, what comes out or what is refused must not be the same.
 */

const samora = new SandboxRuns();
const { description, ...node } = new Samora();

/** What stands for the ids of things that are there, which are others in every run. */
const IDS: Record<string, [string, string]> = {
	agentId: ['<agent 0>', '<agent 1>'],
	campaignId: ['<campaign 0>', '<campaign 1>'],
	callId: ['<call 0>', '<call 1>'],
	webhookId: ['<webhook 0>', '<webhook 1>'],
};

/** Two values of a field, both good where that is easy: it is in what is sent that they should differ. */
function valuesOf(property: INodeProperties): [unknown, unknown] {
	const [one, other] = choicesOf(property).map(({ value }) => value);
	const ids = IDS[property.name] ?? ['one', 'other'];
	switch (property.type) {
		case 'boolean':
			return [true, false];
		case 'number':
			return [1, 2];
		case 'options':
			return [one, other];
		case 'multiOptions':
			return [[one], [other]];
		case 'json':
			return ['{"a": 1}', '{"a": 2}'];
		case 'resourceLocator':
			return [
				{ __rl: true, mode: 'id', value: ids[0] },
				{ __rl: true, mode: 'id', value: ids[1] },
			];
		default:
			return property.name === 'url' ? ['https://one.example', 'https://other.example'] : ids;
	}
}

/** What a field needs to be shown, besides resource and operation. */
function needed({ displayOptions }: INodeProperties): IDataObject {
	const { resource, operation, ...rest } = displayOptions?.show ?? {};
	expect([resource, operation]).not.toContain(undefined);
	return Object.fromEntries(
		Object.entries(rest).map(([name, values]) => [name, values?.[0] as IDataObject]),
	);
}

/** The same, with a value put where the path leads. */
function filled(into: IDataObject, [step, ...rest]: Step[], value: unknown): IDataObject {
	const inside = step.many ? ((into[step.name] as IDataObject[]) ?? [{}])[0] : into[step.name];
	const inner = rest.length === 0 ? value : filled((inside ?? {}) as IDataObject, rest, value);
	return { ...into, [step.name]: (step.many ? [inner] : inner) as IDataObject };
}

/** All that can be seen of a run, without what is different every time. */
async function trace(
	id: AnyOperationId,
	more: IDataObject,
	{ items, fault, after }: Partial<Trial>,
) {
	await samora.control.reset();
	const world = await settle(samora.sandbox);
	const ids = [
		['<agent 0>', world.agentId],
		['<agent 1>', world.otherAgentId],
		...world.campaigns.map((campaign, n) => [`<campaign ${n}>`, campaign]),
		...world.calls.map((call, n) => [`<call ${n}>`, call]),
		...world.webhooks.map((webhook, n) => [`<webhook ${n}>`, webhook]),
	];
	if (after) await samora.control.advance(after);
	if (fault) await samora.control.addFault(fault);
	const parameters = ids.reduce(
		(text, [name, known]) => text.replaceAll(name, known),
		JSON.stringify(parametersOf(id, world, more as Parameters)),
	);
	const { output, error } = await samora.run(
		JSON.parse(parameters) as Parameters,
		items ?? [{ first: 1, second: 2 }],
	);
	const sent = await samora.sent();
	const seen = JSON.stringify({
		sent: sent.map(asked),
		atOnce: Math.max(0, ...sent.map(({ concurrent }) => concurrent)),
		output: paired(output),
		files: output.map(({ binary = {} }) => Object.keys(binary)),
		error: error && [error.message, error.description],
	});
	return ids
		.reduce((text, [name, known]) => text.replaceAll(known, name), seen)
		.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'an id')
		.replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, 'a time');
}

/** Whether a value of the field makes a difference. */
async function isRead(id: AnyOperationId, top: INodeProperties, { property, path }: Field) {
	const {
		values,
		beside = {},
		...rest
	} = TRIALS[id]?.[written(path)] ?? {
		values: valuesOf(property),
	};
	const base = { ...needed(top), ...beside };
	const [one, other] = [
		await trace(id, filled(base, path, values[0]), rest),
		await trace(id, filled(base, path, values[1]), rest),
	];
	return one !== other;
}

const holds = ({ property }: Field) =>
	!['collection', 'fixedCollection', 'notice'].includes(property.type);

describe('every field is read by its operation', () => {
	const fields = ALL_OPERATION_IDS.flatMap((id) => {
		const { resource, operation } = ALL_OPERATIONS[id];
		return shownFor(description, resource, operation).flatMap((top) =>
			fieldsIn([top])
				.filter(holds)
				.map((field) => ({ id, name: written(field.path), top, field })),
		);
	});

	it.each(fields)('$id $name', async ({ id, top, field }) => {
		expect(await isRead(id, top, field)).toBe(true);
	});

	it('except for one that does not exist, which this test notices', async () => {
		const [{ top }] = fields;
		for (const name of ['nickname', 'options.nickname', 'metadata.nickname']) {
			const property: INodeProperties = {
				displayName: 'Nickname',
				name,
				type: 'string',
				default: '',
			};
			const path = name.split('.').map((step) => ({ name: step }));
			expect(await isRead('triggerCall', top, { property, path })).toBe(false);
		}
	});

	it('in every special case that the tests list', () => {
		for (const [id, trials] of Object.entries(TRIALS)) {
			const names = fields.filter((one) => one.id === id).map(({ name }) => name);
			expect(Object.keys(trials).filter((name) => !names.includes(name))).toEqual([]);
		}
	});
});

describe('every operation', () => {
	const operations = operationsIn(description);

	it.each(operations)(
		'$resource: $value is sent by a route, or does its own sending',
		(operation) => {
			const { resource, value, routing } = operation;
			const own: Record<string, Record<string, unknown>> = node.customOperations;
			const route = routing?.request;
			expect([typeof own[resource]?.[value] === 'function', route !== undefined]).toEqual([
				!route,
				route !== undefined,
			]);
			if (route)
				expect(route).toEqual({ method: expect.any(String), url: expect.stringMatching(/^\//) });
		},
	);

	it('belongs to an endpoint or is made of several', () => {
		expect(operations.map(({ resource, value }) => `${resource}: ${value}`).sort()).toEqual(
			ALL_OPERATION_IDS.map(
				(id) => `${ALL_OPERATIONS[id].resource}: ${ALL_OPERATIONS[id].operation}`,
			).sort(),
		);
	});
});
