import type { IDataObject, IExecuteSingleFunctions } from 'n8n-workflow';

import { attempt, Refusal } from '../../../../shared/parameters';
import {
	callingHoursFrom,
	isOpen,
	nextOpening,
	outsideCallingHours,
} from '../../../rules/callingHours';
import { repeats, type OnRepeat } from '../../../rules/repeatedNumbers';
import { agentCallsOf } from '../../../sending/agentMemory';
import { runs } from '../../../sending/run';
import type { ItemRequest, LeftOut, Plan, PlanEntry } from '../../../sending/route';

/** A call that is ready to be requested. */
export interface Call extends ItemRequest {
	toNumber: string;
	onRepeat: OnRepeat;
	callingHours: unknown;
}

/** A person is the same one in a retry when the number is, whatever agent, time or chance the expressions give then. */
export const identityOf = ({ toNumber }: Call): string => toNumber;

/** Applies the rules that need all items, the clock, or what else the execution did. */
export function arrangeCalls(plan: Plan<Call>, context: IExecuteSingleFunctions): void {
	plan.forEach((entry, item) => {
		if (entry.kind !== 'send') return;
		const { request } = entry;
		const earlier = agentCallsOf(context)?.get(request.toNumber);
		const { memory } = runs.of(context);
		if (earlier?.state === 'unknown' && !memory.entryOf(item)) {
			memory.doubt(item, identityOf(request), earlier.message);
		}
		plan[item] = ruleOn(request, context) ?? entry;
	});
	const numbers = plan.map((entry) => callIn(entry)?.toNumber);
	const elsewhere = calledByOtherBranches(context);
	for (const [item, call] of plan.map(callIn).entries()) {
		if (!call || call.onRepeat === 'call' || !elsewhere.has(call.toNumber)) continue;
		const reason = `${call.toNumber} was called already in this execution, for another branch of the workflow`;
		plan[item] = leaveOutRepeat(call, reason, {});
	}
	const repeating = repeats(numbers);
	const firstOf = (item: number): number => {
		const before = repeating.get(item);
		return before === undefined ? item : firstOf(before);
	};
	for (const [item, before] of repeating) {
		const call = callIn(plan[item]);
		if (!call || call.onRepeat === 'call') continue;
		const leftOut = (first: number) =>
			leaveOutRepeat(call, `${call.toNumber} is the number of item ${first} too`, {
				repeats_item: first,
			});
		// Skipped only if somebody was called before; refused before anybody is.
		if (call.onRepeat === 'skip') call.repeats = { item: before, leftOut };
		else plan[item] = leftOut(firstOf(before));
	}
}

/**
 * The numbers of this node's earlier runs in this execution, when the run comes from another branch. A loop that leads
 * back to the node may want to call the same person again, and is left alone.
 */
function calledByOtherBranches(context: IExecuteSingleFunctions): Set<string> {
	const { source } = context.getExecuteData();
	const before = source?.main?.[0]?.previousNode;
	const { name } = context.getNode();
	const isLoop = context.getChildNodes(name).some((node) => node.name === before);
	if (isLoop) return new Set();
	const others = runs.othersOf(context, runs.of(context));
	return new Set(others.flatMap(({ memory }) => memory.identities()));
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
	const hours = attempt(() => hoursRule(call, context.getTimezone()));
	if (hours instanceof Refusal) return { kind: 'refuse', refusal: hours };
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

function hoursRule(call: Call, timezone: string): Rule | undefined {
	const hours = callingHoursFrom(call.callingHours, timezone);
	if (hours === undefined) return undefined;
	return () => {
		const now = new Date();
		if (isOpen(hours, now)) return undefined;
		const reason = outsideCallingHours(hours, now);
		return hours.outside === 'skip'
			? {
					kind: 'skip',
					output: {
						to_number: call.toNumber,
						skipped: true,
						reason,
						may_call_from: nextOpening(hours, now)?.toISOString() ?? null,
					},
				}
			: { kind: 'refuse', refusal: new Refusal('Calling Hours', reason) };
	};
}
