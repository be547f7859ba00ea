import type { INodeProperties } from 'n8n-workflow';

import { SamoraApi } from '../../credentials/SamoraApi.credentials';
import { Samora } from '../../nodes/Samora/Samora.node';
import { SamoraCampaignTrigger } from '../../nodes/SamoraCampaignTrigger/SamoraCampaignTrigger.node';
import { SamoraTrigger } from '../../nodes/SamoraTrigger/SamoraTrigger.node';
import { choicesOf, fieldsIn, operationsIn, shownFor, written } from '../support/descriptions';

/**
 * These names stand in people's workflows. Whoever changes one breaks the workflows it stands in; names are only ever
 * added, and then they are added here too.
 */

const RETRY_CONFIG = [
	'retryConfig',
	'retryConfig.values.maxRetries',
	'retryConfig.values.retryDelayMinutes',
	'retryConfig.values.retryOn: UNANSWERED|REJECTED|VOICEMAIL|FAILED',
];
const CAMPAIGN = ['agentId', 'campaignId(list|id)'];
const WEBHOOK = ['webhookId(list|id)'];
const LIST = ['returnAll', 'limit'];
const WEBHOOK_SETTINGS = [
	'name',
	'url',
	'events: CALL_STARTED|CALL_FINISHED|CALL_FAILED',
	'dataOptions',
	'dataOptions.includeTranscript',
	'dataOptions.includeRecordingUrl',
	'customHeaders',
	'customHeaders.values[].name',
	'customHeaders.values[].value',
];
const within = (name: string, names: string[]) => [name, ...names.map((one) => `${name}.${one}`)];

const DIALING = [
	'agentId',
	'toNumber',
	'metadataMode: keyValue|json',
	'metadata',
	'metadata.values[].key',
	'metadata.values[].value',
	'metadataJson',
	...within('options', [
		'defaultCountry',
		'maxConcurrency',
		'redialUnknown',
		'repeatedNumbers: call|skip|refuse',
		'callingHours',
		'callingHours.values.from',
		'callingHours.values.to',
		'callingHours.values.timezone',
		'callingHours.values.days: monday|tuesday|wednesday|thursday|friday|saturday|sunday',
		'callingHours.values.outside: refuse|skip',
	]),
];

const RECIPIENTS = [
	'toNumber',
	'variablesMode: allFields|selectedFields|keyValue|json|none',
	'variableFields',
	'variables',
	'variables.values[].key',
	'variables.values[].value',
	'variablesJson',
	...within('options', [
		'defaultCountry',
		'skipInvalid',
		'skipDuplicates',
		'output: recipients|summary',
	]),
];

const ACTIONS: Record<string, Record<string, string[]>> = {
	call: {
		trigger: DIALING,
		triggerAndWait: [
			...DIALING,
			...within('wait', ['pollInterval', 'timeout', 'onTimeout: error|continue']),
		],
		get: ['callId'],
		downloadRecording: ['callId', 'binaryPropertyName'],
		downloadTranscript: ['callId', 'binaryPropertyName'],
	},
	campaign: {
		create: ['agentId', 'name', ...RETRY_CONFIG],
		get: CAMPAIGN,
		getAll: ['agentId', ...LIST],
		update: [...CAMPAIGN, ...within('updateFields', ['name', ...RETRY_CONFIG])],
		addRecipients: [...CAMPAIGN, ...RECIPIENTS],
		launch: ['agentId', 'name', ...RETRY_CONFIG, ...RECIPIENTS],
		getCalls: [
			...CAMPAIGN,
			...LIST,
			...within('filters', [
				'search',
				'status: PENDING|TRIGGERED|ONGOING|CALL_FINISHED|UNANSWERED|REJECTED|VOICEMAIL|FAILED',
				'durationMin',
				'durationMax',
			]),
			...within('sort', [
				'sortBy: participant_id|status|created_at|updated_at|started_at|ended_at|duration',
				'sortDir: asc|desc',
			]),
		],
		start: CAMPAIGN,
		stop: CAMPAIGN,
		cancel: CAMPAIGN,
	},
	webhook: {
		create: ['agentId', ...WEBHOOK_SETTINGS],
		get: WEBHOOK,
		getAll: [...LIST, ...within('filters', ['agentId'])],
		getEventTypes: [],
		update: [...WEBHOOK, ...within('updateFields', [...WEBHOOK_SETTINGS, 'isActive'])],
		delete: WEBHOOK,
	},
};

const TRIGGER = [
	'agentId',
	'events: CALL_STARTED|CALL_FINISHED|CALL_FAILED',
	...within('options', [
		'includeTranscript',
		'includeRecordingUrl',
		'downloadRecording',
		'downloadTranscript',
		'skipDuplicateEvents',
		'signatureHeader',
	]),
];

const CAMPAIGN_TRIGGER = [
	...CAMPAIGN,
	'events: CAMPAIGN_CALL_ENDED|CAMPAIGN_STATUS_CHANGED',
	...within('options', [
		'callStatuses: FAILED|CALL_FINISHED|REJECTED|UNANSWERED|VOICEMAIL',
		'statuses: CANCELLED|DRAFT|FAILED|FINISHED|IN_PROGRESS|PAUSED|SCHEDULED',
		'includeDetails',
	]),
];

/** The names of parameters, with the words to choose from where they are saved too. */
function namesOf(properties: INodeProperties[]): string[] {
	return fieldsIn(properties)
		.filter(({ property }) => property.type !== 'notice')
		.map(({ property, path }) => {
			const modes = (property.modes ?? []).map(({ name }) => name);
			const words = choicesOf(property).map(({ value }) => String(value));
			return [
				written(path),
				...(modes.length > 0 ? [`(${modes.join('|')})`] : []),
				// Two letters for each country in the world: known by a standard, not by us.
				...(words.length > 0 && property.name !== 'defaultCountry' ? [`: ${words.join('|')}`] : []),
			].join('');
		});
}

/** The order of names and words is free. */
const sorted = (names: string[]) =>
	names
		.map((name) => {
			const [field, words] = name.split(': ');
			return words === undefined ? field : `${field}: ${words.split('|').sort().join('|')}`;
		})
		.sort();

const samora = new Samora().description;
const trigger = new SamoraTrigger().description;
const campaignTrigger = new SamoraCampaignTrigger().description;
const credential = new SamoraApi();

it('the nodes and the credential', () => {
	expect([samora.name, trigger.name, campaignTrigger.name, credential.name]).toEqual([
		'samora',
		'samoraTrigger',
		'samoraCampaignTrigger',
		'samoraApi',
	]);
	expect([samora.version, trigger.version, campaignTrigger.version]).toEqual([1, 1, 1]);
	for (const { credentials } of [samora, trigger, campaignTrigger]) {
		expect(credentials).toEqual([expect.objectContaining({ name: 'samoraApi' })]);
	}
});

it('the credential’s fields', () => {
	expect(namesOf(credential.properties)).toEqual(['apiKey', 'baseUrl']);
	expect(credential.properties[1].default).toBe('https://api.samora.ai');
});

it('the resources and operations', () => {
	const resource = samora.properties.find(({ name }) => name === 'resource');
	expect(choicesOf(resource as INodeProperties).map(({ value }) => value)).toEqual(
		Object.keys(ACTIONS),
	);
	const operations = operationsIn(samora).map((one) => `${one.resource}: ${one.value}`);
	expect(operations.sort()).toEqual(
		Object.entries(ACTIONS)
			.flatMap(([name, of]) => Object.keys(of).map((operation) => `${name}: ${operation}`))
			.sort(),
	);
});

describe.each(Object.keys(ACTIONS))('the parameters of %s', (resource) => {
	it.each(Object.keys(ACTIONS[resource]))('%s', (operation) => {
		expect(sorted(namesOf(shownFor(samora, resource, operation)))).toEqual(
			sorted(ACTIONS[resource][operation]),
		);
	});
});

it('shows every parameter of the node for an operation', () => {
	const always = ['resource', 'operation'];
	const shown = new Set(
		operationsIn(samora).flatMap(({ resource, value }) => shownFor(samora, resource, value)),
	);
	const hidden = samora.properties.filter(
		(property) => !shown.has(property) && !always.includes(property.name),
	);
	expect(hidden.map(({ name }) => name)).toEqual([]);
});

it('the parameters of the campaign trigger', () => {
	expect(sorted(namesOf(campaignTrigger.properties))).toEqual(sorted(CAMPAIGN_TRIGGER));
	expect(campaignTrigger).toMatchObject({ polling: true, version: 1 });
	expect(campaignTrigger.usableAsTool).toBeUndefined();
});

it('the parameters of the trigger, and its webhook', () => {
	expect(sorted(namesOf(trigger.properties))).toEqual(sorted(TRIGGER));
	expect(trigger.webhooks).toEqual([
		expect.objectContaining({ name: 'default', httpMethod: 'POST' }),
	]);
});

it('what is chosen unless somebody chooses otherwise', () => {
	const standard = (resource: string, operation: string, name: string) =>
		fieldsIn(shownFor(samora, resource, operation)).find(({ path }) => written(path) === name)
			?.property.default;
	expect(standard('campaign', 'getAll', 'limit')).toBe(50);
	expect(standard('campaign', 'getAll', 'returnAll')).toBe(false);
	expect(standard('call', 'trigger', 'options.maxConcurrency')).toBe(5);
	expect(standard('call', 'trigger', 'options.redialUnknown')).toBe(false);
	const skipDuplicateEvents = fieldsIn(trigger.properties).find(
		({ path }) => written(path) === 'options.skipDuplicateEvents',
	);
	expect(skipDuplicateEvents?.property.default).toBe(true);
});
