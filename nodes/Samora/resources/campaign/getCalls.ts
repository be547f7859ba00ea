import type { IDataObject } from 'n8n-workflow';

import { agentIdField } from '../../../shared/agentId';
import { campaignIdField, composeCampaign, oneCampaignPath } from '../../../shared/campaign';
import { sendPerItem } from '../../sending/engineHooks';
import { idIn } from '../../../shared/api/envelope';
import { hasList } from '../../../shared/api/lists';
import { readPages } from '../../../shared/api/pages';
import { limitField, returnAllField, wanted } from '../../fields/listFields';
import type { Operation } from '../../fields/operation';
import {
	integer,
	oneOf,
	recordOf,
	Refusal,
	trimmed,
	type ReadParameter,
} from '../../../shared/parameters';

const CALLS = 'calls';

/** That a list can be filtered by VOICEMAIL and FAILED is an assumption: they are documented for retries only. */
const STATUSES = [
	'PENDING',
	'TRIGGERED',
	'ONGOING',
	'CALL_FINISHED',
	'UNANSWERED',
	'REJECTED',
	'VOICEMAIL',
	'FAILED',
] as const;
const SORT_BY = [
	'participant_id',
	'status',
	'created_at',
	'updated_at',
	'started_at',
	'ended_at',
	'duration',
] as const;
const SORT_DIR = ['asc', 'desc'] as const;

export const getCalls: Operation = {
	option: {
		name: 'Get Calls',
		value: 'getCalls',
		action: 'Get campaign calls',
		description: 'List the calls of a campaign. For all details of a call, use Call: Get.',
		routing: {
			request: { method: 'GET', url: `${oneCampaignPath}/calls` },
			...sendPerItem({
				thing: 'Campaign',
				compose: (read, credential) => ({
					...composeCampaign(read, credential),
					query: { ...filters(read), ...sort(read) },
					limit: wanted(read),
				}),
				isValidBody: hasList(CALLS),
				readPages: async (send, request) => {
					const pages = await readPages(CALLS)(send, request);
					return pages.kind === 'read'
						? { ...pages, elements: pages.elements.map(withCallId) }
						: pages;
				},
			}),
		},
	},
	fields: [
		agentIdField,
		campaignIdField,
		returnAllField,
		limitField,
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add Filter',
			default: {},
			options: [
				{
					displayName: 'Max Duration (Seconds)',
					name: 'durationMax',
					type: 'number',
					typeOptions: { minValue: 0, numberPrecision: 0 },
					default: 60,
					description: 'Only calls that lasted at most this long',
				},
				{
					displayName: 'Min Duration (Seconds)',
					name: 'durationMin',
					type: 'number',
					typeOptions: { minValue: 0, numberPrecision: 0 },
					default: 0,
					description: 'Only calls that lasted at least this long',
				},
				{
					displayName: 'Search',
					name: 'search',
					type: 'string',
					default: '',
					placeholder: 'e.g. +14155550100',
					description: "Only calls to this number; part of the recipient's number is enough",
				},
				{
					displayName: 'Status',
					name: 'status',
					type: 'options',
					options: [
						{ name: 'Failed', value: 'FAILED' },
						{ name: 'Finished', value: 'CALL_FINISHED' },
						{ name: 'Ongoing', value: 'ONGOING' },
						{ name: 'Pending', value: 'PENDING' },
						{ name: 'Rejected', value: 'REJECTED' },
						{ name: 'Triggered', value: 'TRIGGERED' },
						{ name: 'Unanswered', value: 'UNANSWERED' },
						{ name: 'Voicemail', value: 'VOICEMAIL' },
					],
					default: 'CALL_FINISHED',
					description: 'Only calls with this status',
				},
			],
		},
		{
			displayName: 'Sort',
			name: 'sort',
			type: 'collection',
			placeholder: 'Add Sort',
			default: {},
			options: [
				{
					displayName: 'Direction',
					name: 'sortDir',
					type: 'options',
					options: [
						{ name: 'Ascending', value: 'asc' },
						{ name: 'Descending', value: 'desc' },
					],
					default: 'desc',
				},
				{
					displayName: 'Sort By',
					name: 'sortBy',
					type: 'options',
					options: [
						{ name: 'Created At', value: 'created_at' },
						{ name: 'Duration', value: 'duration' },
						{ name: 'Ended At', value: 'ended_at' },
						{ name: 'Participant ID', value: 'participant_id' },
						{ name: 'Started At', value: 'started_at' },
						{ name: 'Status', value: 'status' },
						{ name: 'Updated At', value: 'updated_at' },
					],
					default: 'created_at',
				},
			],
		},
	],
};

/** A call's ID is `call_id` wherever a node gives or takes one; in this list the API says `id`. */
function withCallId(call: IDataObject): IDataObject {
	const callId = idIn(call, 'call_id', 'id');
	return callId === '' ? call : { call_id: callId, ...call };
}

function filters(read: ReadParameter): IDataObject {
	const chosen = recordOf(read('filters'));
	const search = trimmed(chosen.search);
	const { status } = chosen;
	const durationMin = duration(chosen.durationMin, 'Min Duration (Seconds)');
	const durationMax = duration(chosen.durationMax, 'Max Duration (Seconds)');
	if (durationMin !== undefined && durationMax !== undefined && durationMin > durationMax) {
		throw new Refusal(
			'Min Duration (Seconds)',
			`Min Duration (Seconds) is ${durationMin}, more than Max Duration (Seconds), which is ${durationMax}, so no call could match`,
		);
	}
	return {
		...(search === '' ? {} : { search }),
		...(isEmpty(status) ? {} : { status: oneOf(status, 'Status', STATUSES) }),
		...(durationMin === undefined ? {} : { duration_min: durationMin }),
		...(durationMax === undefined ? {} : { duration_max: durationMax }),
	};
}

function duration(value: unknown, label: string): number | undefined {
	return isEmpty(value) ? undefined : integer(value, label, { min: 0 });
}

/** Whether a filter was left empty, which an expression may well do. */
const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === '';

function sort(read: ReadParameter): IDataObject {
	const { sortBy, sortDir } = recordOf(read('sort'));
	return {
		...(sortBy === undefined ? {} : { sort_by: oneOf(sortBy, 'Sort By', SORT_BY) }),
		...(sortDir === undefined ? {} : { sort_dir: oneOf(sortDir, 'Direction', SORT_DIR) }),
	};
}
