import type { IDataObject } from 'n8n-workflow';

import type { FaultOptions } from '../../sandbox';
import { ordinary } from '../sandbox/support/apiClient';
import type { AnyOperationId } from '../support/operations';

export interface Trial {
	values: [unknown, unknown];
	/** Other parameters that the field needs to matter. */
	beside?: IDataObject;
	items?: IDataObject[];
	fault?: FaultOptions;
	/** Virtual seconds that pass before the run. */
	after?: number;
}

const phones = (...all: string[]) => all.map((phone) => ({ phone }));
const byPhone = { toNumber: '={{ $json.phone }}' };
/** A day on which nobody is called today. */
const anotherDay = new Date(Date.now() + 3 * 24 * 3600 * 1000)
	.toLocaleDateString('en', { weekday: 'long', timeZone: 'UTC' })
	.toLowerCase();

/** They only matter while nobody may be called, whatever time it is. */
const CLOSED = {
	options: { callingHours: { values: { days: [anotherDay], from: '9', to: '10' } } },
};
const OUTSIDE_HOURS: Record<string, Trial> = {
	'options.callingHours.values.outside': { values: ['refuse', 'skip'], beside: CLOSED },
	'options.callingHours.values.timezone': {
		values: ['Asia/Kolkata', 'America/New_York'],
		beside: CLOSED,
	},
};

const OF_A_RUN: Record<string, Trial> = {
	'options.checkOnly': { values: [true, false] },
	'options.doNotCall': { values: [ordinary(1), ''], beside: { toNumber: ordinary(1) } },
	'options.includeInputFields': { values: [true, false], items: [{ lead: 1 }] },
	'options.maxCalls': {
		values: [1, 2],
		beside: byPhone,
		items: phones(ordinary(1), ordinary(2)),
	},
	'options.numbersIncludeCountryCode': {
		values: [true, false],
		beside: { toNumber: ordinary(1).slice(1) },
	},
};

const DIALING_TRIALS: Record<string, Trial> = {
	...OF_A_RUN,
	metadataMode: { values: ['keyValue', 'json'], beside: { metadataJson: '{"a": 1}' } },
	'options.defaultCountry': { values: ['US', 'GB'], beside: { toNumber: '(415) 555-2671' } },
	'options.maxConcurrency': {
		values: [1, 3],
		beside: byPhone,
		items: phones(ordinary(1), ordinary(2), ordinary(3)),
		fault: { operationId: 'triggerCall', kind: 'slow', ms: 30, times: null },
	},
	'options.redialUnknown': {
		values: [true, false],
		fault: { operationId: 'triggerCall', kind: 'reset-before' },
	},
	'options.repeatedNumbers': {
		values: ['call', 'skip'],
		beside: byPhone,
		items: phones(ordinary(1), ordinary(1)),
	},
	...OUTSIDE_HOURS,
};

/** The wait of the trials, with the sandbox's time standing still, so that no call ends. */
const wait = { pollInterval: 0.1, timeout: 0.01, onTimeout: 'continue' };

const RECIPIENT_TRIALS: Record<string, Trial> = {
	...OF_A_RUN,
	variableFields: { values: ['first', 'second'], beside: { variablesMode: 'selectedFields' } },
	'options.defaultCountry': { values: ['US', 'GB'], beside: { toNumber: '(415) 555-2671' } },
	'options.skipDuplicates': {
		values: [true, false],
		beside: byPhone,
		items: phones(ordinary(1), ordinary(1)),
	},
	'options.skipInvalid': {
		values: [true, false],
		beside: byPhone,
		items: phones(ordinary(1), 'nobody'),
	},
};

/** Fields of which two values do not show by themselves what they do. */
export const TRIALS: Partial<Record<AnyOperationId, Record<string, Trial>>> = {
	triggerCall: DIALING_TRIALS,
	triggerAndWait: {
		...DIALING_TRIALS,
		'options.maxOngoingCalls': {
			values: [1, 0],
			beside: { ...byPhone, wait },
			items: phones(ordinary(1), ordinary(2)),
		},
		'wait.includeTranscript': { values: [true, false], beside: { wait } },
		'wait.pollInterval': { values: [0.1, 0.5], beside: { wait } },
		'wait.timeout': { values: [0.01, 0.03], beside: { wait } },
		'wait.onTimeout': { values: ['continue', 'error'], beside: { wait } },
	},
	downloadRecording: { binaryPropertyName: { values: ['data', 'audio'], after: 60 } },
	downloadTranscript: { binaryPropertyName: { values: ['data', 'text'], after: 60 } },
	listWebhooks: { returnAll: { values: [true, false], beside: { limit: 1 } } },
	addCampaignRecipients: RECIPIENT_TRIALS,
	launch: { ...RECIPIENT_TRIALS, ...OUTSIDE_HOURS },
	startCampaign: OUTSIDE_HOURS,
};
