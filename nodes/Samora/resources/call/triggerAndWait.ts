import type { IDataObject, IExecuteSingleFunctions, INodeProperties } from 'n8n-workflow';
import pLimit from 'p-limit';

import { askForCall } from '../../../shared/call/callDetails';
import { transcriptOf } from '../../../shared/call/transcriptText';
import { CallWatch, type Ending } from './callWatch';
import { sendPerItem } from '../../sending/engineHooks';
import type { Failure, FollowUp } from '../../sending/route';
import { dialingRoute, triggerCallPath } from './dialing/dialing';
import { dialingFields } from './dialing/dialingFields';
import type { Call } from './dialing/callRules';
import type { Exchange } from '../../../shared/api/exchange';
import type { Operation } from '../../fields/operation';
import {
	attempt,
	quantity,
	recordOf,
	Refusal,
	shown,
	type ReadParameter,
} from '../../../shared/parameters';
import { describeExchange, type UserMessage } from '../../../shared/api/problems';
import { connectionOf } from '../../../shared/api/requestOptions';

const ON_TIMEOUT = ['error', 'continue'] as const;

/** How a call is waited for. */
interface Waiting {
	/** Milliseconds. */
	interval: number;
	timeout: number;
	onTimeout: (typeof ON_TIMEOUT)[number];
	includeTranscript: boolean;
}

interface WaitingCall extends Call {
	waiting: Waiting;
}

const waitField: INodeProperties = {
	displayName: 'Wait',
	name: 'wait',
	type: 'collection',
	placeholder: 'Add Setting',
	default: {},
	options: [
		{
			displayName: 'Include Transcript',
			name: 'includeTranscript',
			type: 'boolean',
			default: false,
			description:
				'Whether to add what was said as transcript, if Samora has it as text. If not, transcript is null and transcript_note says why.',
		},
		{
			displayName: 'On Timeout',
			name: 'onTimeout',
			type: 'options',
			options: [
				{
					name: 'Continue',
					value: 'continue',
					description: 'Pass the item on with the last known state and the outcome timeout',
				},
				{
					name: 'Stop',
					value: 'error',
					description: 'Stop the node with a message that names the call',
				},
			],
			default: 'error',
			description: "What to do if the call hasn't ended in time",
		},
		{
			displayName: 'Poll Interval (Seconds)',
			name: 'pollInterval',
			type: 'number',
			typeOptions: { minValue: 0.1, maxValue: 3600, numberPrecision: 1 },
			default: 5,
			description:
				'How often to check the call. The first check comes after three intervals. Later checks are further apart, up to six intervals or 30 seconds. With 5 seconds, the checks come 15, 35, 65, 95 … seconds after the call was placed; with 1 second, 3, 7, 13, 19 ….',
		},
		{
			displayName: 'Timeout (Minutes)',
			name: 'timeout',
			type: 'number',
			typeOptions: { minValue: 0.01, maxValue: 1440, numberPrecision: 2 },
			default: 30,
			description: 'How long to wait for the call to end, from the moment it was placed',
		},
	],
};

export const triggerAndWait: Operation = {
	option: {
		name: 'Trigger and Wait',
		value: 'triggerAndWait',
		action: 'Make call and wait for outcome',
		description:
			'Call a phone number with an agent and wait until the call has ended: finished, unanswered, rejected, voicemail or failed. This places a real, billed phone call.',
		routing: {
			request: { method: 'POST', url: triggerCallPath },
			...sendPerItem<WaitingCall>({
				...dialingRoute,
				compose: (read, credential) => ({
					...dialingRoute.compose(read, credential),
					waiting: waitingOf(read),
				}),
				followUp: waitForCalls,
			}),
		},
	},
	fields: [...dialingFields, waitField],
};

/** The defaults of the fields above, which are not saved when they were not added. */
const DEFAULT = { pollInterval: 5, timeout: 30, onTimeout: 'error' };

function waitingOf(read: ReadParameter): Waiting {
	const given: Record<string, unknown> = { ...DEFAULT, ...recordOf(read('wait')) };
	const interval = quantity(given.pollInterval, 'Poll Interval', {
		min: 0.1,
		max: 3600,
		unit: 'seconds',
	});
	const timeout = quantity(given.timeout, 'Timeout', { min: 0.01, max: 1440, unit: 'minutes' });
	return {
		interval: interval * 1000,
		timeout: timeout * 60_000,
		onTimeout: onTimeoutOf(given.onTimeout),
		includeTranscript: given.includeTranscript === true,
	};
}

function onTimeoutOf(value: unknown): Waiting['onTimeout'] {
	const way = ON_TIMEOUT.find((known) => known === value);
	if (way) return way;
	throw new Refusal('On Timeout', `On Timeout must be Stop or Continue, but it is ${shown(value)}`);
}

/** A look is given up sooner than other requests, for the next one may go better. */
const LOOK_TIMEOUT_MS = 15_000;
/** How many transcripts are fetched at a time. */
const TRANSCRIPTS_AT_A_TIME = 3;

function waitForCalls(
	context: IExecuteSingleFunctions,
	signal: AbortSignal,
): FollowUp<WaitingCall> {
	const chosen = attempt(() => connectionOf(context));
	const connection = {
		timeout: LOOK_TIMEOUT_MS,
		...(chosen instanceof Refusal ? {} : chosen),
	};
	const { timeout } = connection;
	const watch = new CallWatch(
		async (callId) => await askForCall(context, callId, { timeout, maxRetries: 0, signal }),
		signal,
	);
	const transcripts = pLimit(TRANSCRIPTS_AT_A_TIME);
	const nodeName = context.getNode().name;
	// Nothing else of n8n's shows that a node is waiting. No number: n8n's log is for others than its executions.
	const log = (message: string) => context.logger.info(message, { nodeName });
	return async ([placed], request, isRetry) => {
		const waiting = request?.waiting ?? waitingOf(() => undefined);
		const { call_id, to_number } = placed;
		log(`Waiting for the end of Samora call ${String(call_id)}`);
		const began = Date.now();
		const ending = await watch.watch(String(call_id), { ...waiting, again: isRetry });
		const known = { call_id, to_number, outcome: wordFor(ending) };
		const seconds = Math.round((Date.now() - began) / 1000);
		log(`Samora call ${String(call_id)}: ${known.outcome}, after ${seconds} seconds of waiting`);
		const { details = placed } = ending;
		const message = aboutEnding(ending, waiting, placed);
		if (message) {
			const failure: Failure = {
				message,
				httpCode: ending.how === 'refused' ? ending.unseen.answer?.statusCode : undefined,
				details: { ...known, status: details.status },
			};
			return { kind: 'failed', failure };
		}
		const transcript =
			waiting.includeTranscript &&
			(await transcripts(async () => await transcriptOf(context, details, { connection, signal })));
		// The call's own fields come after the three that every item has, and never take their place.
		const json = { ...known, ...durationOf(details), ...details, ...transcript, ...known };
		return { kind: 'output', items: [{ json }] };
	};
}

/** How long the two talked, or the phone rang where Samora counts from there; nothing where it does not say. */
function durationOf({ started_at, ended_at }: IDataObject): IDataObject {
	const seconds = (Date.parse(String(ended_at)) - Date.parse(String(started_at))) / 1000;
	return Number.isNaN(seconds) ? {} : { duration_seconds: seconds };
}

/** What the item says about how it went: one of the outcomes of a call, or that none is known. */
const wordFor = (ending: Ending): string =>
	ending.how === 'ended' ? ending.outcome : ending.how === 'refused' ? 'unknown' : ending.how;

/** @returns undefined when the item goes on */
function aboutEnding(
	ending: Ending,
	{ timeout, onTimeout }: Waiting,
	{ call_id, to_number }: IDataObject,
): UserMessage | undefined {
	const call = `The call to ${String(to_number)}`;
	const advice = `The Call ID is ${String(call_id)}; use Call: Get to see how it ended. A retry waits for the same call and calls nobody again.`;
	if (ending.how === 'refused') {
		const { message, description } = aboutSeen(ending.unseen, call_id);
		return {
			message: `${call} was placed, but its status can't be read (Call ID ${String(call_id)}): ${message}`,
			description: `${description} ${advice}`,
		};
	}
	if (ending.how !== 'timeout' || onTimeout === 'continue') return undefined;
	const minutes = timeout / 60_000;
	const state = ending.details
		? ` and is ${String(ending.details.status)}`
		: ending.unseen
			? `, as far as n8n knows: ${aboutSeen(ending.unseen, call_id).message}`
			: '';
	return {
		message: `${call} didn't end within ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} (Call ID ${String(call_id)})${state}`,
		description: `${advice} To wait longer, raise Timeout under Wait. To continue without an outcome, set On Timeout to Continue.`,
	};
}

const aboutSeen = (seen: Exchange, callId: unknown): UserMessage =>
	describeExchange(seen, { thing: 'Call', ids: { call_id: String(callId) } });
