import type { INodeProperties } from 'n8n-workflow';

import { agentIdField } from '../shared/agentId';
import { campaignIdField } from '../shared/campaign';

export const EVENTS = ['CAMPAIGN_CALL_ENDED', 'CAMPAIGN_STATUS_CHANGED'] as const;

export const campaignTriggerFields: INodeProperties[] = [
	agentIdField,
	{
		...campaignIdField,
		required: false,
		description: 'The campaign to watch. Leave it empty to watch all campaigns of the agent.',
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'multiOptions',
		required: true,
		options: [
			{
				name: 'Call Ended',
				value: 'CAMPAIGN_CALL_ENDED',
				description: 'When a call of a campaign has ended, whether somebody answered or not',
			},
			{
				name: 'Status Changed',
				value: 'CAMPAIGN_STATUS_CHANGED',
				description: 'When a campaign is created, starts, pauses or ends',
			},
		],
		default: ['CAMPAIGN_CALL_ENDED', 'CAMPAIGN_STATUS_CHANGED'],
		description: 'What starts the workflow',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Call Statuses',
				name: 'callStatuses',
				type: 'multiOptions',
				displayOptions: { show: { '/events': ['CAMPAIGN_CALL_ENDED'] } },
				options: [
					{ name: 'Failed', value: 'FAILED' },
					{ name: 'Finished', value: 'CALL_FINISHED' },
					{ name: 'Rejected', value: 'REJECTED' },
					{ name: 'Unanswered', value: 'UNANSWERED' },
					{ name: 'Voicemail', value: 'VOICEMAIL' },
				],
				default: [],
				description: 'Only calls that ended like this. Leave it empty for all calls.',
			},
			{
				displayName: 'Campaign Statuses',
				name: 'statuses',
				type: 'multiOptions',
				displayOptions: { show: { '/events': ['CAMPAIGN_STATUS_CHANGED'] } },
				options: [
					{ name: 'Cancelled', value: 'CANCELLED' },
					{ name: 'Draft', value: 'DRAFT' },
					{ name: 'Failed', value: 'FAILED' },
					{ name: 'Finished', value: 'FINISHED' },
					{ name: 'In Progress', value: 'IN_PROGRESS' },
					{ name: 'Paused', value: 'PAUSED' },
					{ name: 'Scheduled', value: 'SCHEDULED' },
				],
				default: [],
				description: 'Only changes to one of these statuses. Leave it empty for all changes.',
			},
			{
				displayName: 'Include Details',
				name: 'includeDetails',
				type: 'boolean',
				displayOptions: { show: { '/events': ['CAMPAIGN_CALL_ENDED'] } },
				default: false,
				description:
					'Whether to add what Call: Get returns to every ended call: its variables, and links to its recording and transcript that work for 60 minutes. This sends one more request per call.',
			},
		],
	},
];
