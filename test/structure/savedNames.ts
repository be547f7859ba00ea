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

const CALLING_HOURS = [
	'callingHours',
	'callingHours.values.from',
	'callingHours.values.to',
	'callingHours.values.timezone',
	'callingHours.values.days: monday|tuesday|wednesday|thursday|friday|saturday|sunday',
	'callingHours.values.outside: refuse|skip',
];
const OF_A_RUN = [
	'checkOnly',
	'doNotCall',
	'includeInputFields',
	'maxCalls',
	'numbersIncludeCountryCode',
];

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
		...CALLING_HOURS,
		...OF_A_RUN,
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
		...OF_A_RUN,
	]),
];

export const ACTIONS: Record<string, Record<string, string[]>> = {
	call: {
		trigger: DIALING,
		triggerAndWait: [
			...DIALING,
			'options.maxOngoingCalls',
			...within('wait', [
				'includeTranscript',
				'pollInterval',
				'timeout',
				'onTimeout: error|continue',
			]),
		],
		get: ['callId'],
		downloadRecording: ['callId', 'binaryPropertyName'],
		downloadTranscript: ['callId', 'binaryPropertyName'],
	},
	campaign: {
		create: ['agentId', 'name', ...RETRY_CONFIG],
		get: [...CAMPAIGN, 'simplify'],
		getAll: ['agentId', ...LIST],
		update: [...CAMPAIGN, ...within('updateFields', ['name', ...RETRY_CONFIG])],
		addRecipients: [...CAMPAIGN, ...RECIPIENTS],
		launch: [
			'agentId',
			'name',
			...RETRY_CONFIG,
			...RECIPIENTS,
			...CALLING_HOURS.map((name) => `options.${name}`),
		],
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
		start: [...CAMPAIGN, ...within('options', CALLING_HOURS)],
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

export const TRIGGER = [
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

export const CAMPAIGN_TRIGGER = [
	...CAMPAIGN,
	'events: CAMPAIGN_CALL_ENDED|CAMPAIGN_STATUS_CHANGED',
	...within('options', [
		'callStatuses: FAILED|CALL_FINISHED|REJECTED|UNANSWERED|VOICEMAIL',
		'statuses: CANCELLED|DRAFT|FAILED|FINISHED|IN_PROGRESS|PAUSED|SCHEDULED',
		'includeDetails',
	]),
];
