import type { Resource } from '../../fields/operation';
import { downloadRecording } from './downloadRecording';
import { downloadTranscript } from './downloadTranscript';
import { get } from './get';
import { trigger } from './trigger';
import { triggerAndWait } from './triggerAndWait';

export const call: Resource = {
	value: 'call',
	operations: [downloadRecording, downloadTranscript, get, trigger, triggerAndWait],
	initial: 'trigger',
};
