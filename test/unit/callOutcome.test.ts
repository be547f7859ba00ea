import { outcomeOf, wasPickedUp } from '../../nodes/shared/call/callOutcome';

const AT = '2026-03-01T12:00:00Z';

it.each([
	['CALL_FINISHED', AT, 'finished'],
	['UNANSWERED', null, 'unanswered'],
	['REJECTED', null, 'rejected'],
	['VOICEMAIL', AT, 'voicemail'],
	['FAILED', null, 'failed'],
	['TRANSFERRED', AT, 'ended'],
	['TRANSFERRED', null, undefined],
	['PENDING', null, undefined],
	['TRIGGERED', null, undefined],
	['ONGOING', AT, undefined],
	['toString', null, undefined],
])('a call that is %s with the end %s has the outcome %s', (status, ended_at, outcome) => {
	expect(outcomeOf({ status, ended_at })).toBe(outcome);
});

it.each([
	['CALL_FINISHED', AT, true],
	['CALL_FINISHED', null, true],
	['VOICEMAIL', AT, true],
	['FAILED', AT, true],
	['FAILED', null, false],
	['UNANSWERED', AT, false],
	['REJECTED', AT, false],
	['TRANSFERRED', null, false],
])('whether somebody was spoken to: %s with the start %s: %s', (status, started_at, picked) => {
	expect(wasPickedUp({ status, started_at })).toBe(picked);
});
