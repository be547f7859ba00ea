import type { IDataObject, INodeProperties } from 'n8n-workflow';

import type { RequestParts } from './api/api';
import { idIn } from './api/envelope';
import { isRecord, keyValues, Refusal, shown, someOf, trimmed, samoraId } from './parameters';
import type { ReadParameter } from './parameters';
import { isLoopback } from './api/baseUrl';

export const webhooksPath = '/v2/webhooks';
export const oneWebhookPath = `${webhooksPath}/{webhook_id}`;

/** The name of the list of webhooks in an answer. */
export const WEBHOOKS = 'webhooks';

export const WEBHOOK_NAME = { max: 255 };
export const EVENTS = ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'] as const;

export const webhookIdField: INodeProperties = {
	displayName: 'Webhook',
	name: 'webhookId',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	description: 'A webhook of your organization',
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			placeholder: 'Choose a webhook…',
			typeOptions: { searchListMethod: 'webhooks', searchable: true },
		},
		{
			displayName: 'By ID',
			name: 'id',
			type: 'string',
			placeholder: 'e.g. 7c1d9e4a-2b3f-4a5c-8d6e-1f2a3b4c5d6e',
		},
	],
};

export function composeWebhook(read: ReadParameter): RequestParts {
	const webhookId = samoraId(read('webhookId'), 'Webhook');
	return { path: { webhook_id: webhookId }, ids: { webhook_id: webhookId } };
}

/** The ID of a webhook, whatever it is called; '' if there is none. */
export const webhookIdIn = (body: unknown): string => idIn(body, 'id', 'webhook_id');

export const webhookNameField: INodeProperties = {
	displayName: 'Name',
	name: 'name',
	type: 'string',
	default: '',
	placeholder: 'e.g. CRM updates',
	description: "The webhook's name, up to 255 characters",
};

export const webhookUrlField: INodeProperties = {
	displayName: 'URL',
	name: 'url',
	type: 'string',
	default: '',
	placeholder: 'e.g. https://example.com/samora-events',
	description: 'The URL that Samora sends the events to. It must start with https://.',
};

export const eventsField: INodeProperties = {
	displayName: 'Events',
	name: 'events',
	type: 'multiOptions',
	options: [
		{
			name: 'Call Failed',
			value: 'CALL_FAILED',
			description: 'When a call fails, is rejected or goes unanswered',
		},
		{
			name: 'Call Finished',
			value: 'CALL_FINISHED',
			description: 'When a call has ended, with its transcript and recording',
		},
		{
			name: 'Call Started',
			value: 'CALL_STARTED',
			description: 'When a call begins, inbound or outbound',
		},
	],
	default: ['CALL_FINISHED', 'CALL_FAILED'],
	description: 'The events that Samora sends, at least one',
};

export const dataOptionsField: INodeProperties = {
	displayName: 'Data Options',
	name: 'dataOptions',
	type: 'collection',
	placeholder: 'Add Data',
	default: {},
	description: 'Extra data to include in the CALL_FINISHED event',
	options: [
		{
			displayName: 'Include Recording URL',
			name: 'includeRecordingUrl',
			type: 'boolean',
			default: true,
			description: 'Whether the event includes a link to the recording, valid for 60 minutes',
		},
		{
			displayName: 'Include Transcript',
			name: 'includeTranscript',
			type: 'boolean',
			default: true,
			description: 'Whether the event includes the transcript',
		},
	],
};

export const customHeadersField: INodeProperties = {
	displayName: 'Custom Headers',
	name: 'customHeaders',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add Header',
	default: {},
	description:
		'Headers that Samora sends with every event, for example a token that the receiver checks',
	options: [
		{
			displayName: 'Header',
			name: 'values',
			values: [
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					placeholder: 'e.g. X-Token',
				},
				{
					displayName: 'Value',
					name: 'value',
					type: 'string',
					default: '',
				},
			],
		},
	],
};

/** The characters HTTP allows in a header's name (RFC 9110, token). */
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What any HTTP client can send as a header's value. That Samora takes no more is an assumption. */
const HEADER_VALUE = /^[\t\x20-\x7e]*$/;

/** A character no URL has, or a percent sign that is none of an encoded one (RFC 3986). */
const NOT_IN_URL = /[^\w\-.~:/?#[\]@!$&'()*+,;=%]|%(?![0-9a-f]{2})/i;

/** The URL as Samora takes it: HTTPS. For an API on this machine, this machine's addresses do too. */
export function webhookUrl(value: unknown, baseUrl: string): string {
	const url = trimmed(value);
	const here = url.startsWith('http://') && isLoopback(url) && isLoopback(baseUrl);
	const reachable = url.startsWith('https://') || here;
	if (!reachable || !URL.canParse(url)) {
		throw new Refusal('URL', `URL must start with https://, but it is ${shown(url)}`);
	}
	const [misplaced] = NOT_IN_URL.exec(url) ?? [];
	if (misplaced !== undefined) {
		throw new Refusal(
			'URL',
			`URL has a character that must be percent-encoded: "${misplaced}" in ${shown(url)}`,
		);
	}
	return url;
}

export const webhookEvents = (value: unknown): string[] => someOf(value, 'Events', EVENTS);

export function dataOptions(value: unknown): IDataObject | undefined {
	if (!isRecord(value)) return undefined;
	const { includeTranscript, includeRecordingUrl } = value;
	const chosen: IDataObject = {
		...(includeTranscript === undefined ? {} : { include_transcript: includeTranscript === true }),
		...(includeRecordingUrl === undefined
			? {}
			: { include_recording_url: includeRecordingUrl === true }),
	};
	return Object.keys(chosen).length === 0 ? undefined : chosen;
}

export function customHeaders(value: unknown): IDataObject | undefined {
	const headers = keyValues(value, 'Custom Headers', ['name', 'value']);
	for (const [name, content] of Object.entries(headers)) {
		if (!HEADER_NAME.test(name)) {
			throw new Refusal(
				'Custom Headers',
				`Custom Headers: ${shown(name)} isn't a valid header name; use letters, digits and dashes`,
			);
		}
		const value = String(content ?? '');
		if (!HEADER_VALUE.test(value)) {
			throw new Refusal(
				'Custom Headers',
				`Custom Headers: the value of ${name} has a line break or another character that headers can't contain; use plain letters, digits and punctuation`,
			);
		}
		headers[name] = value;
	}
	return Object.keys(headers).length === 0 ? undefined : (headers as IDataObject);
}
