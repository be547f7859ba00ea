import type { CallStatus } from './apiShapes';

/** What happens to a call, in virtual seconds. */
export interface CallScript {
	/** Created but not yet dialed. */
	pending: number;
	/** Dialed and ringing. */
	ringing: number;
	/** In conversation. Null if nobody picks up. */
	talking: number | null;
	/** The final status. Any string, because one number ends in an undocumented status. */
	outcome: CallStatus | (string & {});
	/** How long after the end the files appear. Null if they never do. */
	filesAfter: number | null;
	transcript: TranscriptKind;
}

export type TranscriptKind = 'text' | 'json' | 'pdf';

export interface MagicNumber {
	/** The last two of a number's last seven digits, 55501NN. */
	ending: string;
	meaning: string;
	/** Null if the API refuses the number. `attempt` counts the calls to that number, from 1. */
	script: ((attempt: number) => CallScript) | null;
}

const ANSWERED: CallScript = {
	pending: 1,
	ringing: 2,
	talking: 6,
	outcome: 'CALL_FINISHED',
	filesAfter: 0,
	transcript: 'text',
};

const notPickedUp = (outcome: CallStatus, ringing: number): CallScript => ({
	...ANSWERED,
	ringing,
	talking: null,
	outcome,
	filesAfter: null,
});

const always = (script: CallScript) => () => script;

export const MAGIC_NUMBERS: readonly MagicNumber[] = [
	{ ending: '00', meaning: 'answered, like any ordinary number', script: always(ANSWERED) },
	{
		ending: '01',
		meaning: 'not answered: UNANSWERED after ringing for 5 s',
		script: always(notPickedUp('UNANSWERED', 5)),
	},
	{
		ending: '02',
		meaning: 'rejected: REJECTED after ringing for 2 s',
		script: always(notPickedUp('REJECTED', 2)),
	},
	{
		ending: '03',
		meaning: 'voicemail picks up: VOICEMAIL after 3 s',
		script: always({ ...ANSWERED, talking: 3, outcome: 'VOICEMAIL' }),
	},
	{
		ending: '04',
		meaning: "can't be connected: FAILED",
		script: always(notPickedUp('FAILED', 1)),
	},
	{
		ending: '05',
		meaning: 'slow: rings for 60 s, then answered',
		script: always({ ...ANSWERED, ringing: 60 }),
	},
	{
		ending: '06',
		meaning: 'a 10-minute call, with a recording of the same length',
		script: always({ ...ANSWERED, talking: 600 }),
	},
	{
		ending: '07',
		meaning: 'not answered the first time, then always answered',
		script: (attempt) => (attempt === 1 ? notPickedUp('UNANSWERED', 5) : ANSWERED),
	},
	{
		ending: '08',
		meaning: 'answered, but recording and transcript are null until 30 s after the end',
		script: always({ ...ANSWERED, filesAfter: 30 }),
	},
	{
		ending: '09',
		meaning: 'answered, never ends: stays ONGOING',
		script: always({ ...ANSWERED, talking: Infinity }),
	},
	{ ending: '10', meaning: 'the API refuses the number with 400', script: null },
	{
		ending: '11',
		meaning: 'never dialed: stays PENDING',
		script: always({ ...ANSWERED, pending: Infinity }),
	},
	{
		ending: '12',
		meaning: 'answered, but recording and transcript stay null',
		script: always({ ...ANSWERED, filesAfter: null }),
	},
	{
		ending: '13',
		meaning: 'answered, ends in an undocumented status: TRANSFERRED',
		script: always({ ...ANSWERED, outcome: 'TRANSFERRED' }),
	},
	{
		ending: '14',
		meaning: 'answered, transcript is JSON',
		script: always({ ...ANSWERED, transcript: 'json' }),
	},
	{
		ending: '15',
		meaning: 'answered, transcript is a PDF',
		script: always({ ...ANSWERED, transcript: 'pdf' }),
	},
];

const byEnding = new Map(MAGIC_NUMBERS.map((number) => [number.ending, number]));
const ordinary = MAGIC_NUMBERS[0];

/** The script of the first magic number that ends in each status. */
const byOutcome = new Map<string, CallScript>();
for (const { script } of MAGIC_NUMBERS) {
	const first = script?.(1);
	if (first && !byOutcome.has(first.outcome)) byOutcome.set(first.outcome, first);
}

/** The statuses that a call can end in. */
export const OUTCOMES: readonly string[] = [...byOutcome.keys()];

export const scriptEndingAs = (outcome: string): CallScript => byOutcome.get(outcome) ?? ANSWERED;

/** Numbers whose last seven digits are 55501NN are magic. All others are answered. */
export function magicOf(toNumber: string): MagicNumber {
	const match = /55501(\d\d)$/.exec(toNumber);
	return (match && byEnding.get(match[1])) ?? ordinary;
}
