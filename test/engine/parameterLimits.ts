import { randomUUID } from 'node:crypto';

import { ordinary } from '../sandbox/support/apiClient';
import type { OperationId } from '../support/operations';
import type { Parameters } from '../support/sandboxRuns';
import type { World } from '../support/world';

/** What one parameter of an operation must be. */
interface Limit {
	operations: OperationId[];
	/** Where the parameter stands; a number is a row of a collection. */
	at: Array<string | number>;
	/** Other parameters it needs. */
	beside?: Parameters;
	label: string;
	/** What the sentence says it must be. */
	says: RegExp;
	/** A value that goes through, different for each item where a repeated one would be something else. */
	good: (n: number, world: World) => unknown;
	bad: unknown[];
}

const UUIDS = { says: /UUID/, bad: ['', 'abc', 42, null, '123e4567-e89b-12d3-a456-42661417400'] };
const wholeNumber = ['', 'many', 1.5, null, true, [], {}];
const text = (characters: number) => 'x'.repeat(characters);
const retry = (values: Parameters) => ({
	values: { maxRetries: 1, retryDelayMinutes: 1, retryOn: ['FAILED'], ...values },
});

/** What the node refuses before it sends anything. */
export const LIMITS: Limit[] = [
	{
		...UUIDS,
		operations: [
			'triggerCall',
			'createCampaign',
			'listCampaigns',
			'getCampaign',
			'updateCampaign',
			'addCampaignRecipients',
			'listCampaignCalls',
			'startCampaign',
			'stopCampaign',
			'cancelCampaign',
			'createWebhook',
		],
		at: ['agentId'],
		label: 'Agent ID',
		good: (_, world) => world.agentId,
	},
	{
		...UUIDS,
		operations: ['getCall'],
		at: ['callId'],
		label: 'Call ID',
		good: (n, world) => world.calls[n % 3],
	},
	{
		...UUIDS,
		operations: [
			'getCampaign',
			'updateCampaign',
			'addCampaignRecipients',
			'listCampaignCalls',
			'startCampaign',
			'stopCampaign',
			'cancelCampaign',
		],
		at: ['campaignId', 'value'],
		label: 'Campaign',
		good: (_, world) => world.campaigns[0],
	},
	{
		...UUIDS,
		operations: ['getWebhook', 'updateWebhook'],
		at: ['webhookId', 'value'],
		label: 'Webhook',
		good: (n, world) => world.webhooks[n % 3],
	},
	{
		...UUIDS,
		operations: ['deleteWebhook'],
		at: ['webhookId', 'value'],
		label: 'Webhook',
		// Any that is not needed here: that it is asked for is what counts.
		good: () => randomUUID(),
	},
	{
		...UUIDS,
		bad: ['abc', 42],
		operations: ['listWebhooks'],
		at: ['filters', 'agentId'],
		label: 'Agent ID',
		good: (_, world) => world.agentId,
	},
	{
		operations: ['triggerCall', 'addCampaignRecipients'],
		at: ['toNumber'],
		label: 'To Number',
		says: /country code|digits|empty|too short|one phone number/i,
		good: ordinary,
		bad: ['', null, 'Ada', '12345', '+1', '+1415', '+1234567890123456', [], {}],
	},
	{
		operations: ['triggerCall'],
		at: ['metadataJson'],
		beside: { metadataMode: 'json' },
		label: 'Metadata JSON',
		says: /JSON/,
		good: (n) => `{"n": ${n}}`,
		bad: ['{', '{"a": 1,}', '[1]', '"text"', '5', 'null', 5, true, [1]],
	},
	{
		operations: ['triggerCall'],
		at: ['metadata', 'values', 0, 'key'],
		beside: { metadataMode: 'keyValue', metadata: { values: [{ key: '', value: 'Ada' }] } },
		label: 'Metadata',
		says: /without a name: "Ada"/,
		good: () => 'name',
		bad: ['', '  ', null],
	},
	{
		operations: ['addCampaignRecipients'],
		at: ['variablesJson'],
		beside: { variablesMode: 'json' },
		label: 'Variables JSON',
		says: /JSON/,
		good: (n) => `{"n": ${n}}`,
		bad: ['{', '[1]', '5', 'null', [1]],
	},
	{
		operations: ['addCampaignRecipients'],
		at: ['variables', 'values', 0, 'key'],
		beside: { variablesMode: 'keyValue', variables: { values: [{ key: '', value: 'Ada' }] } },
		label: 'Variables',
		says: /without a name: "Ada"/,
		good: () => 'name',
		bad: ['', null],
	},
	{
		operations: ['createCampaign'],
		at: ['name'],
		label: 'Name',
		says: /120|empty/,
		good: () => text(120),
		bad: [text(121), '', '   ', null, {}],
	},
	{
		operations: ['updateCampaign'],
		at: ['updateFields', 'name'],
		label: 'Name',
		says: /120|empty/,
		good: () => text(120),
		bad: [text(121), ''],
	},
	{
		operations: ['createWebhook'],
		at: ['name'],
		label: 'Name',
		says: /255|empty/,
		good: () => text(255),
		bad: [text(256), '', null],
	},
	{
		operations: ['updateWebhook'],
		at: ['updateFields', 'name'],
		label: 'Name',
		says: /255|empty/,
		good: () => text(255),
		bad: [text(256), ''],
	},
	...[
		{ operations: ['createCampaign' as const], path: ['retryConfig'] },
		{ operations: ['updateCampaign' as const], path: ['updateFields', 'retryConfig'] },
	].flatMap(({ operations, path }): Limit[] => {
		const beside =
			path.length === 1 ? { retryConfig: retry({}) } : { updateFields: { retryConfig: retry({}) } };
		return [
			{
				operations,
				beside,
				at: [...path, 'values', 'maxRetries'],
				label: 'Max Retries',
				says: /from 1 to 5/,
				good: (n) => [1, 5, '3'][n % 3],
				bad: [0, 6, -1, ...wholeNumber],
			},
			{
				operations,
				beside,
				at: [...path, 'values', 'retryDelayMinutes'],
				label: 'Retry After (Minutes)',
				says: /from 1 to 1440/,
				good: (n) => [1, 1440, '30'][n % 3],
				bad: [0, 1441, -5, ...wholeNumber],
			},
			{
				operations,
				beside,
				at: [...path, 'values', 'retryOn'],
				label: 'Retry On',
				says: /UNANSWERED, REJECTED, VOICEMAIL, FAILED/,
				good: (n) => [['UNANSWERED', 'REJECTED'], ['VOICEMAIL'], 'FAILED'][n % 3],
				bad: [[], '', 'BUSY', ['UNANSWERED', 'BUSY'], null, {}],
			},
		];
	}),
	...[
		{ operations: ['createWebhook' as const], path: [] },
		{ operations: ['updateWebhook' as const], path: ['updateFields'] },
	].flatMap(({ operations, path }): Limit[] => [
		{
			operations,
			at: [...path, 'events'],
			label: 'Events',
			says: /CALL_STARTED, CALL_FINISHED, CALL_FAILED/,
			good: (n) => [['CALL_STARTED'], ['CALL_FINISHED', 'CALL_FAILED'], 'CALL_FAILED'][n % 3],
			bad: [[], '', ['CALL_RINGING'], ['CALL_FAILED', 'x'], null],
		},
		{
			operations,
			at: [...path, 'url'],
			label: 'URL',
			says: /https:\/\/|empty|space|character/,
			good: (n) => `https://example.com/${n}?a=b&c=%20#d`,
			bad: [
				'',
				null,
				'example.com',
				'http://example.com',
				'https://',
				'ftp://example.com',
				'ftp://127.0.0.1/',
				'javascript://localhost',
				'http://127.0.0.1.example.com/',
				'https://exa mple.com/',
				'https://example.com/a b',
				'https://example.com/é',
				'https://example.com/|',
				'https://example.com/%zz',
			],
		},
		...(
			[
				['name', ['X Token', 'X-Tökn', 'X:Y', '']],
				['value', ['a\nb', 'a\r\nX-Other: b', 'tökn', 'a\u0000b', '\u007f']],
			] as const
		).map(([field, bad]): Limit => ({
			operations,
			beside:
				path.length === 0
					? { customHeaders: { values: [{ name: 'X-Token', value: 'abc' }] } }
					: { updateFields: { customHeaders: { values: [{ name: 'X-Token', value: 'abc' }] } } },
			at: [...path, 'customHeaders', 'values', 0, field],
			label: 'Custom Headers',
			says: /header|name|value/,
			good: (n) => `X-Good-${n}`,
			bad: [...bad],
		})),
	]),
	{
		operations: ['listCampaigns', 'listCampaignCalls', 'listWebhooks'],
		at: ['limit'],
		label: 'Limit',
		says: /at least 1/,
		good: (n) => [1, '2', 1000][n % 3],
		bad: [0, -1, ...wholeNumber],
	},
	...(['durationMin', 'durationMax'] as const).map((name): Limit => ({
		operations: ['listCampaignCalls'],
		at: ['filters', name],
		label: name === 'durationMin' ? 'Min Duration (Seconds)' : 'Max Duration (Seconds)',
		says: /at least 0/,
		good: (n) => [0, 60, '5'][n % 3],
		bad: [-1, 'long', true, {}],
	})),
	{
		operations: ['listCampaignCalls'],
		at: ['filters', 'durationMin'],
		beside: { filters: { durationMax: 60 } },
		label: 'Min Duration (Seconds)',
		says: /more than Max Duration/,
		good: () => 60,
		bad: [61, '3600'],
	},
	{
		operations: ['listCampaignCalls'],
		at: ['filters', 'status'],
		label: 'Status',
		says: /PENDING, TRIGGERED, ONGOING, CALL_FINISHED/,
		good: (n) => ['PENDING', 'VOICEMAIL', 'FAILED'][n % 3],
		bad: ['DONE', 'pending', 5, ['PENDING']],
	},
	{
		operations: ['listCampaignCalls'],
		at: ['sort', 'sortBy'],
		label: 'Sort By',
		says: /created_at/,
		good: () => 'duration',
		bad: ['name', '', null, 1],
	},
	{
		operations: ['listCampaignCalls'],
		at: ['sort', 'sortDir'],
		label: 'Direction',
		says: /asc, desc/,
		good: () => 'asc',
		bad: ['up', '', null],
	},
];
