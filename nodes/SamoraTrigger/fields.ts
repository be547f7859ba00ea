import type { INodeProperties } from 'n8n-workflow';

import { agentIdField } from '../shared/agentId';
import { eventsField } from '../shared/webhook';

/** Samora adds data to this event only. */
const whenFinished = { show: { '/events': ['CALL_FINISHED'] } };

export const triggerFields: INodeProperties[] = [
	{
		displayName:
			'Samora sends its events to this n8n over the internet, so n8n needs a public https address. Each agent needs a Samora Trigger of its own.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	agentIdField,
	{
		...eventsField,
		required: true,
		description: 'What starts the workflow',
		hint: 'Call Finished and Call Failed together tell you how every call ended',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Download Recording',
				name: 'downloadRecording',
				type: 'boolean',
				default: false,
				displayOptions: whenFinished,
				description:
					'Whether to add the recording of a finished call as the binary file "recording". When Samora does not have it yet, the event comes without it.',
			},
			{
				displayName: 'Download Transcript',
				name: 'downloadTranscript',
				type: 'boolean',
				default: false,
				displayOptions: whenFinished,
				description:
					'Whether to add the transcript of a finished call as the binary file "transcript". When Samora does not have it yet, the event comes without it.',
			},
			{
				displayName: 'Include Recording URL',
				name: 'includeRecordingUrl',
				type: 'boolean',
				default: false,
				displayOptions: whenFinished,
				description:
					"Whether Samora adds the recording's URL to the event of a finished call. Such a URL works for 60 minutes.",
			},
			{
				displayName: 'Include Transcript',
				name: 'includeTranscript',
				type: 'boolean',
				default: false,
				displayOptions: whenFinished,
				description: 'Whether Samora adds the transcript to the event of a finished call',
			},
			{
				displayName: 'Signature Header',
				name: 'signatureHeader',
				type: 'string',
				default: '',
				placeholder: 'e.g. X-Samora-Signature',
				description:
					'The header Samora signs its events in, if it is not one of the usual ones. Once it is named, an event without a good signature there is refused. The token that this node has Samora send is checked in any case.',
			},
			{
				displayName: 'Skip Duplicate Events',
				name: 'skipDuplicateEvents',
				type: 'boolean',
				default: true,
				description:
					'Whether the same event of the same call starts the workflow only once, however often Samora delivers it. n8n remembers the last 1,000 events of each trigger, also when it is restarted.',
			},
		],
	},
];
