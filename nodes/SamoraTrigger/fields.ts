import type { INodeProperties } from 'n8n-workflow';

import { agentIdField } from '../shared/agentId';
import { eventsField } from '../shared/webhook';

/** This is the only event to which Samora adds data. */
const whenFinished = { show: { '/events': ['CALL_FINISHED'] } };

export const triggerFields: INodeProperties[] = [
	{
		displayName:
			'Samora sends events to this n8n over the internet, so n8n needs a public https address. Each agent needs its own Samora Trigger.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	agentIdField,
	{
		...eventsField,
		required: true,
		description: 'What starts the workflow',
		hint: 'Choose Call Finished and Call Failed to learn how every call ended',
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
					'Whether to add the recording of a finished call as the binary file "recording". If Samora doesn\'t have it yet, the event comes without it.',
			},
			{
				displayName: 'Download Transcript',
				name: 'downloadTranscript',
				type: 'boolean',
				default: false,
				displayOptions: whenFinished,
				description:
					'Whether to add the transcript of a finished call as the binary file "transcript". If Samora doesn\'t have it yet, the event comes without it.',
			},
			{
				displayName: 'Include Recording URL',
				name: 'includeRecordingUrl',
				type: 'boolean',
				default: false,
				displayOptions: whenFinished,
				description:
					"Whether Samora adds the recording's URL to the event of a finished call. The URL works for 60 minutes.",
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
					'The header in which Samora signs events. With a name here, every event needs a valid signature in that header. Without one, the node recognizes signatures by itself and requires one after the first valid signature. Every event also needs the token that this node gives to Samora.',
			},
			{
				displayName: 'Skip Duplicate Events',
				name: 'skipDuplicateEvents',
				type: 'boolean',
				default: true,
				description:
					'Whether an event of a call starts the workflow only once, however often Samora delivers it. n8n remembers the last 1,000 events of each trigger, even after a restart.',
			},
		],
	},
];
