import type { IDataObject, IExecuteSingleFunctions } from 'n8n-workflow';

import { Refusal, type ReadParameter } from '../../../../shared/parameters';
import type { NumberOptions } from '../../../../shared/phone/phoneNumber';
import { readableNumber } from '../../../fields/toNumber';
import {
	hoursFor,
	isOpen,
	nextOpening,
	outsideCallingHours,
	refuseOutsideHours,
	type CallingHours,
} from '../../../rules/callingHours';
import { onDoNotCall } from '../../../rules/doNotCall';
import { preview } from '../../../rules/preview';
import { repeats, type OnRepeat } from '../../../rules/repeatedNumbers';
import { runOptions } from '../../../rules/runOptions';
import { agentCallsOf } from '../../../sending/memory/agentMemory';
import { reachedByOtherBranches } from '../../../sending/memory/otherBranches';
import { runs } from '../../../sending/memory/run';
import type { ItemRequest, LeftOut, Plan, PlanEntry } from '../../../sending/route';

/** A call that is ready to be requested. */
export interface Call extends ItemRequest {
	toNumber: string;
	/** How its number was read. */
	way: NumberOptions;
	onRepeat: OnRepeat;
	hours: CallingHours | undefined;
}

/** A person is the same one in a retry when the number is, whatever agent, time or chance the expressions give then. */
export const identityOf = ({ toNumber }: Call): string => toNumber;

/** Applies the rules that need all items, the clock, or what else the execution did. */
export function arrangeCalls(
	plan: Plan<Call>,
	context: IExecuteSingleFunctions,
	read: (item: number) => ReadParameter,
): Refusal | undefined {
	const calls = plan.map(callIn);
	const { checkOnly, doNotCall, beyondMaxCalls } = runOptions(
		read(0),
		calls.flatMap((call) => call?.way ?? []),
	);
	const refusal =
		doNotCall instanceof Refusal
			? doNotCall
			: (applyRules(plan, context, doNotCall) ?? beyondMaxCalls(countPeople(plan, context)));
	if (!checkOnly) return refusal;
	const now = new Date();
	const firstWith = new Map<string, number>();
	plan.forEach((entry, item) => {
		const { toNumber: number = readableNumber(read(item)), hours } = calls[item] ?? {};
		if (entry.kind === 'send' && !entry.request.repeats)
			firstWith.set(entry.request.toNumber, item);
		const reason = reasonAgainst(entry, firstWith) ?? refusal?.message;
		plan[item] = { kind: 'report', output: preview({ number, hours, reason }, now) };
	});
	return undefined;
}

/** Everybody the run would call, and has not called yet. */
function countPeople(plan: Plan<Call>, context: IExecuteSingleFunctions): number {
	const { memory } = runs.of(context);
	return plan.filter((entry, item) => {
		const call = callIn(entry);
		return call && !call.repeats && !memory.acceptedOf(item);
	}).length;
}

/** Why an item would not be called; undefined if it would be. */
function reasonAgainst(
	entry: PlanEntry<Call>,
	firstWith: ReadonlyMap<string, number>,
): string | undefined {
	switch (entry.kind) {
		case 'refuse':
			return entry.refusal.message;
		case 'skip':
			return entry.output.reason;
		case 'send': {
			const { repeats: repeat, toNumber } = entry.request;
			if (!repeat) return undefined;
			return reasonAgainst(repeat.leftOut(firstWith.get(toNumber) ?? repeat.item), firstWith);
		}
		default:
			return undefined;
	}
}

function applyRules(
	plan: Plan<Call>,
	context: IExecuteSingleFunctions,
	doNotCall: ReadonlySet<string>,
): undefined {
	const { memory } = runs.of(context);
	plan.forEach((entry, item) => {
		const call = callIn(entry);
		if (!call) return;
		const earlier = agentCallsOf(context)?.get(call.toNumber);
		if (earlier?.state === 'unknown' && !memory.entryOf(item)) {
			memory.doubt(item, identityOf(call), earlier.message);
		}
		plan[item] = onList(call, doNotCall) ?? ruleOn(call, context) ?? entry;
	});
	const elsewhere = reachedByOtherBranches(context, runs);
	for (const [item, call] of plan.map(callIn).entries()) {
		if (!call || call.onRepeat === 'call') continue;
		const before = elsewhere.get(call.toNumber);
		if (!before) continue;
		const what = before === 'accepted' ? 'was called already' : 'may have been called already';
		const reason = `${call.toNumber} ${what} in this execution, for another branch of the workflow`;
		plan[item] = leaveOutRepeat(call, reason, {});
	}
	leaveOutRepeats(plan);
	return undefined;
}

function leaveOutRepeats(plan: Plan<Call>): void {
	const repeating = repeats(plan.map((entry) => callIn(entry)?.toNumber));
	const firstOf = new Map<number, number>();
	for (const [item, before] of repeating) {
		const first = firstOf.get(before) ?? before;
		firstOf.set(item, first);
		const call = callIn(plan[item]);
		if (!call || call.onRepeat === 'call') continue;
		const leftOut = (called: number) =>
			leaveOutRepeat(call, `${call.toNumber} is the number of item ${called} too`, {
				repeats_item: called,
			});
		// Skipped only if somebody was called before; refused before anybody is.
		if (call.onRepeat === 'skip') call.repeats = { item: before, leftOut };
		else plan[item] = leftOut(first);
	}
}

function onList({ toNumber }: Call, doNotCall: ReadonlySet<string>): LeftOut | undefined {
	if (!doNotCall.has(toNumber)) return undefined;
	const reason = onDoNotCall(toNumber);
	return { kind: 'skip', output: { to_number: toNumber, skipped: true, reason } };
}

const callIn = (entry: PlanEntry<Call>): Call | undefined =>
	entry.kind === 'send' ? entry.request : undefined;

function leaveOutRepeat(
	{ toNumber, onRepeat }: Call,
	reason: string,
	details: IDataObject,
): LeftOut {
	return onRepeat === 'refuse'
		? {
				kind: 'refuse',
				refusal: new Refusal('To Number', `${reason}, and Repeated Numbers is set to refuse that`),
			}
		: { kind: 'skip', output: { to_number: toNumber, skipped: true, reason, ...details } };
}

type Rule = () => LeftOut | undefined;

/** What the rules say now. The run may take long, so the call is checked again when its turn comes. */
function ruleOn(call: Call, context: IExecuteSingleFunctions): LeftOut | undefined {
	const hours = hoursRule(call);
	const rules = [agentRule(call, context), ...(hours ? [hours] : [])];
	call.recheck = () => rules.map((rule) => rule()).find((leftOut) => leftOut !== undefined);
	return call.recheck();
}

/** An AI agent calls a number once in an execution, however often its model asks. */
const agentRule =
	(call: Call, context: IExecuteSingleFunctions): Rule =>
	() => {
		const earlier = agentCallsOf(context)?.get(call.toNumber);
		if (!earlier || earlier.state === 'unknown' || call.onRepeat === 'call') return undefined;
		return earlier.state === 'placed'
			? leaveOutRepeat(call, `${call.toNumber} was called already in this execution`, {
					call_id: earlier.call_id,
				})
			: leaveOutRepeat(call, `${call.toNumber} is being called already in this execution`, {});
	};

function hoursRule({ hours: chosen, toNumber }: Call): Rule | undefined {
	if (!chosen) return undefined;
	const hours = hoursFor(chosen, toNumber);
	return () => {
		const now = new Date();
		if (isOpen(hours, now)) return undefined;
		if (hours.outside === 'refuse') {
			return { kind: 'refuse', refusal: refuseOutsideHours(hours, now) };
		}
		const reason = outsideCallingHours(hours, now);
		const may_call_from = nextOpening(hours, now)?.toISOString() ?? null;
		return { kind: 'skip', output: { to_number: toNumber, skipped: true, reason, may_call_from } };
	};
}
