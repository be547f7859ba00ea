import type { IDataObject } from 'n8n-workflow';

import { retryAfter } from '../../../shared/api/answers';
import { callDetailsIn } from '../../../shared/call/callDetails';
import { outcomeOf, wasPickedUp, type Outcome } from '../../../shared/call/callOutcome';
import { pauseUnlessAborted, type Exchange } from '../../../shared/api/exchange';

/**
 * Watches calls until they end, all calls of a run together. The API has no way to be told and none to ask about
 * several, so each call is looked at by itself:
 *
 * - The pauses between looks double from the poll interval up to six of them, 30 seconds at the most, and the first look
 *   of a call just placed is left out, for a phone is ringing then: with 5 seconds, it is looked at 15, 35, 65, 95 …
 *   seconds after it was placed, with 1 second 3, 7, 13, 19 …. A short call is known soon after its end, a long one
 *   costs little.
 * - All looks together are at most 10 a second and 5 at a time; the call that has been due longest goes first. A
 *   thousand calls are as little of a burden as one hundred, and take their turn.
 * - When Samora asks to slow down (429), all looks pause: as long as it says, up to a minute, or else longer each time.
 *
 * 100 calls of 30 seconds are about 200 requests, where a look every 5 seconds would be 600.
 */

export interface Watching {
	/** The poll interval, in milliseconds: what all pauses are multiples of. */
	interval: number;
	/** How long the call may take from now on, in milliseconds. */
	timeout: number;
	/** Look at once: the call was placed a while ago. */
	again?: boolean;
}

/** How watching a call ended. `details` are the last that Samora gave, where it gave any. */
export type Ending =
	| { how: 'ended'; outcome: Outcome; details: IDataObject }
	/** The time is over. `unseen` is how the last look went when it showed nothing. */
	| { how: 'timeout'; details?: IDataObject; unseen?: Exchange }
	/** Samora says that there is no such call, or that the key does not open it. */
	| { how: 'refused'; details?: IDataObject; unseen: Exchange }
	/** Nobody waits any more. */
	| { how: 'stopped'; details?: IDataObject };

const LONGEST_PAUSE_MS = 30_000;
/** Whoever asks for looks in short order does not want to hear of the end half a minute later. */
const LONGEST_PAUSE_INTERVALS = 6;
const BETWEEN_LOOKS_MS = 100;
const LOOKS_AT_A_TIME = 5;
/** What the pause of all looks after a 429 that does not say how long grows from. */
const SLOWED_MS = 1000;
/** What is said at one look must not end the watch over all other calls. */
const LONGEST_STOP_MS = 60_000;
/** A refusal may be a hiccup, or the call not known everywhere yet; this many in a row are meant. */
const REFUSALS = 3;
/** The last look comes this long before the time is over, so that there is time for its answer. */
const LAST_LOOK_MS = 2000;
/**
 * ASSUMPTION: recording and transcript may come a little after the end of the call; nobody says how much. So long they
 * are looked for, in milliseconds.
 */
const FILES_MS = 5_000;

const pauseOf = (interval: number, times: number): number =>
	Math.max(
		interval,
		Math.min(interval * Math.min(times, LONGEST_PAUSE_INTERVALS), LONGEST_PAUSE_MS),
	);

/** The pause before a look at a call that was just placed, in milliseconds. `looks` counts those before it. */
export const pauseBeforeLook = (looks: number, interval: number): number =>
	pauseOf(interval, looks === 0 ? 3 : 2 ** (looks + 1));

interface Watched {
	callId: string;
	interval: number;
	looks: number;
	/** Watched from the moment it was placed, and going on as far as is known. */
	justPlaced: boolean;
	/** When the next look is due, and when the time is over: milliseconds since 1970. */
	due: number;
	overAt: number;
	looking: boolean;
	/** Refusals in a row. */
	refusals: number;
	outcome?: Outcome;
	details?: IDataObject;
	unseen?: Exchange;
	tell: (ending: Ending) => void;
}

export class CallWatch {
	private readonly watched = new Set<Watched>();

	/** No call is looked at before then. */
	private resume = 0;

	private running = false;

	/** Ends the pause that the watch is in. */
	private wake = new AbortController();

	/**
	 * @param look asks for a call's details, once; never rejects
	 * @param signal ends all watching at once
	 */
	constructor(
		private readonly look: (callId: string) => Promise<Exchange>,
		private readonly signal: AbortSignal,
	) {
		signal.addEventListener('abort', () => this.wake.abort(), { once: true });
	}

	async watch(callId: string, { interval, timeout, again = false }: Watching): Promise<Ending> {
		const now = Date.now();
		const ending = new Promise<Ending>((tell) => {
			const one: Watched = {
				callId,
				interval,
				looks: 0,
				justPlaced: !again,
				due: now,
				overAt: now + timeout,
				looking: false,
				refusals: 0,
				tell,
			};
			if (!again) schedule(one, now);
			this.watched.add(one);
		});
		this.wake.abort();
		if (!this.running) void this.run();
		return await ending;
	}

	/** Goes on while there is a call to watch. */
	private async run(): Promise<void> {
		this.running = true;
		while (this.watched.size > 0) {
			const now = Date.now();
			for (const one of this.watched) this.endIfOver(one, now);
			const next = this.nextDue();
			if (next && Math.max(next.due, this.resume) <= now) {
				void this.lookAt(next);
				this.resume = Math.max(this.resume, now + BETWEEN_LOOKS_MS);
				continue;
			}
			this.wake = new AbortController();
			const times = [...this.watched].map(({ overAt }) => overAt);
			if (next) times.push(Math.max(next.due, this.resume));
			const soonest = times.reduce((one, other) => Math.min(one, other), Infinity);
			if (times.length > 0) await pauseUnlessAborted(Math.max(1, soonest - now), this.wake.signal);
		}
		this.running = false;
	}

	/** The call that has been due longest; undefined when no look may begin. */
	private nextDue(): Watched | undefined {
		let looking = 0;
		let next: Watched | undefined;
		for (const one of this.watched) {
			if (one.looking) looking++;
			else if (!next || one.due < next.due) next = one;
		}
		return looking < LOOKS_AT_A_TIME ? next : undefined;
	}

	private async lookAt(one: Watched): Promise<void> {
		one.looking = true;
		const seen = await this.look(one.callId);
		one.looking = false;
		one.looks++;
		const now = Date.now();
		this.take(one, seen, now);
		schedule(one, now);
		this.endIfOver(one, now);
		this.wake.abort();
	}

	private take(one: Watched, seen: Exchange, now: number): void {
		one.refusals = seen.fate === 'refused' ? one.refusals + 1 : 0;
		const details = callDetailsIn(seen);
		one.unseen = details ? undefined : seen;
		if (seen.fate === 'busy' && seen.answer) {
			const asked = retryAfter(seen.answer.headers, now) ?? 0;
			const pause =
				asked > 0
					? Math.min(asked, LONGEST_STOP_MS)
					: Math.min(SLOWED_MS * 2 ** one.looks, LONGEST_PAUSE_MS);
			this.resume = Math.max(this.resume, now + pause);
		}
		if (!details) return;
		one.details = details;
		if (one.outcome !== undefined) return;
		one.outcome = outcomeOf(details);
		if (one.outcome === undefined) return;
		// From now on it is the files that are looked for.
		one.overAt = Math.min(one.overAt, now + FILES_MS);
		one.looks = 0;
		one.justPlaced = false;
	}

	private endIfOver(one: Watched, now: number): void {
		const ending = endingOf(one, now, this.signal.aborted);
		if (!ending) return;
		this.watched.delete(one);
		one.tell(ending);
	}
}

function schedule(one: Watched, now: number): void {
	const { looks, interval, justPlaced } = one;
	one.due = now + (justPlaced ? pauseBeforeLook(looks, interval) : pauseOf(interval, 2 ** looks));
	const last = one.overAt - Math.min(LAST_LOOK_MS, one.interval);
	if (now < last) one.due = Math.min(one.due, last);
}

function endingOf(
	{ outcome, details, unseen, refusals, overAt }: Watched,
	now: number,
	aborted: boolean,
): Ending | undefined {
	const over = aborted || now >= overAt;
	if (details && outcome) {
		const complete = !wasPickedUp(details) || (details.recording_url && details.transcript_url);
		return complete || over ? { how: 'ended', outcome, details } : undefined;
	}
	if (unseen && refusals >= REFUSALS) return { how: 'refused', details, unseen };
	if (!over) return undefined;
	return aborted ? { how: 'stopped', details } : { how: 'timeout', details, unseen };
}
