import { resourceProperties } from '../../shared/operation';
import { downloadRecording } from './downloadRecording';
import { downloadTranscript } from './downloadTranscript';
import { get } from './get';
import { trigger } from './trigger';
import { triggerAndWait } from './triggerAndWait';

export const callProperties = resourceProperties(
	'call',
	[downloadRecording, downloadTranscript, get, trigger, triggerAndWait],
	'trigger',
);
