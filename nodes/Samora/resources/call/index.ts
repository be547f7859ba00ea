import type { Resource } from '../../fields/operation';
import { downloadRecording } from './downloadRecording';
import { downloadTranscript } from './downloadTranscript';
import { get } from './get';
import { trigger } from './trigger';
import { triggerAndWait } from './triggerAndWait';

export const call: Resource = {
	value: 'call',
	operations: [trigger, triggerAndWait, get, downloadRecording, downloadTranscript],
	initial: 'trigger',
};
