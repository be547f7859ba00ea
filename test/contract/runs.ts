import type { IDataObject } from 'n8n-workflow';

import { ordinary } from '../sandbox/support/apiClient';
import type { OperationId } from '../support/operations';
import type { Parameters } from '../support/sandboxRuns';

const retry = (maxRetries: number, retryDelayMinutes: number, retryOn: string[]) => ({
	values: { maxRetries, retryDelayMinutes, retryOn },
});
const RETRIES = [
	retry(1, 1, ['UNANSWERED', 'REJECTED', 'VOICEMAIL', 'FAILED']),
	retry(5, 1440, ['FAILED']),
];
const header = { values: [{ name: 'X-Token', value: 'abc' }] };

/** The fewest runs that get everywhere, beside the least that makes a request. */
export const RUNS: Record<OperationId, Array<{ parameters: Parameters; items?: IDataObject[] }>> = {
	triggerCall: [
		{ parameters: {} },
		{ parameters: { metadataMode: 'json', metadataJson: '{"first_name": "Ada"}' } },
	],
	getCall: [{ parameters: {} }],
	createCampaign: [
		{ parameters: { name: 'x' } },
		...RETRIES.map((retryConfig) => ({ parameters: { name: 'x'.repeat(120), retryConfig } })),
	],
	listCampaigns: [{ parameters: { limit: 1 } }, { parameters: { returnAll: true } }],
	getCampaign: [{ parameters: {} }],
	updateCampaign: [
		{ parameters: { updateFields: { name: 'x' } } },
		{ parameters: { updateFields: { name: 'x'.repeat(120) } } },
		...RETRIES.map((retryConfig) => ({ parameters: { updateFields: { retryConfig } } })),
	],
	addCampaignRecipients: [
		{ parameters: {} },
		{
			parameters: { toNumber: '={{ $json.phone }}' },
			items: Array.from({ length: 5000 }, (_, n) => ({ phone: ordinary(n) })),
		},
		{
			parameters: {
				variablesMode: 'json',
				variablesJson: JSON.stringify({ note: 'x'.repeat(4096 - '{"note":""}'.length) }),
			},
		},
	],
	listCampaignCalls: [
		{ parameters: { limit: 1 } },
		{
			parameters: { returnAll: true, filters: { search: '+1415', durationMin: 0, durationMax: 0 } },
		},
		...[
			'PENDING',
			'TRIGGERED',
			'ONGOING',
			'CALL_FINISHED',
			'UNANSWERED',
			'REJECTED',
			'VOICEMAIL',
			'FAILED',
		].map((status) => ({ parameters: { filters: { status } } })),
		...[
			'participant_id',
			'status',
			'created_at',
			'updated_at',
			'started_at',
			'ended_at',
			'duration',
		].map((sortBy) => ({ parameters: { sort: { sortBy, sortDir: 'asc' } } })),
		{ parameters: { sort: { sortDir: 'desc' } } },
	],
	startCampaign: [{ parameters: {} }],
	stopCampaign: [{ parameters: {} }],
	cancelCampaign: [{ parameters: {} }],
	createWebhook: [
		{ parameters: { name: 'x' } },
		{
			parameters: {
				name: 'x'.repeat(255),
				events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
				customHeaders: header,
			},
		},
		{ parameters: { dataOptions: { includeTranscript: true } } },
		{ parameters: { dataOptions: { includeTranscript: false } } },
		{ parameters: { dataOptions: { includeRecordingUrl: true } } },
		{ parameters: { dataOptions: { includeRecordingUrl: false } } },
	],
	listWebhooks: [
		{ parameters: {} },
		{ parameters: { filters: { agentId: '11111111-1111-4111-8111-111111111111' } } },
	],
	listWebhookEvents: [{ parameters: {} }],
	getWebhook: [{ parameters: {} }],
	updateWebhook: [
		{ name: 'x' },
		{ name: 'x'.repeat(255) },
		{ url: 'https://example.com/' },
		{ events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'] },
		{ events: ['CALL_FAILED'] },
		{ dataOptions: { includeTranscript: true } },
		{ dataOptions: { includeTranscript: false } },
		{ dataOptions: { includeRecordingUrl: true } },
		{ dataOptions: { includeRecordingUrl: false } },
		{ customHeaders: header },
		{ isActive: true },
		{ isActive: false },
	].map((updateFields) => ({ parameters: { updateFields } })),
	// Last, since it takes away what the others need.
	deleteWebhook: [{ parameters: {} }],
};
