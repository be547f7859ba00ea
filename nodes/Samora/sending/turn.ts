import type { IDataObject, INode } from 'n8n-workflow';

import { operationError, refusedItem, runError } from '../../shared/api/nodeErrors';
import type { UserMessage } from '../../shared/api/problems';
import { refusedRows, type RefusedRow } from '../../shared/itemList';
import type { Failure, ItemRequest, LeftOut, OutputItem, Route } from './route';
import type { Entry } from './memory/runMemory';

/** What became of an item's turn. */
export type Turn = { kind: 'accepted'; output: IDataObject[]; isRetry: boolean } | Ended;

export type Ended =
	| { kind: 'output'; items: OutputItem[]; hasInput?: boolean }
	| Refused
	| { kind: 'failed'; failure: Failure };

interface Refused {
	kind: 'refused';
	refusals: RefusedRow[];
	/** Whether all are refused for one reason, which is no item's own. */
	isRunRefused: boolean;
}

/** @param hasInput whether the items carry the fields of their input item, so that a person sees who it was */
export const output = (items: IDataObject[], hasInput = false): Ended => ({
	kind: 'output',
	items: items.map((json) => ({ json })),
	hasInput,
});

export function leftOut(entry: LeftOut, item: number): Ended {
	switch (entry.kind) {
		case 'report':
			return output([entry.output]);
		case 'skip':
			return output([entry.output], true);
		default:
			return output([refusedItem(entry.refusal, item)], true);
	}
}

/**
 * The error that makes the node stop before it sends anything.
 *
 * @param say adds what was done before
 * @param once the route's, where somebody would have been called
 */
export function refusedError(
	node: INode,
	{ refusals, isRunRefused }: Refused,
	total: number,
	say: (message: UserMessage) => UserMessage,
	once?: object,
): Error {
	const [{ item, refusal }] = refusals;
	if (isRunRefused) {
		return runError(node, say({ message: refusal.message, description: 'Nothing was sent.' }));
	}
	const message = say(refusedRows(refusals, total, once && 'nobody was called'));
	return refusals.length === 1 ? operationError(node, message, item) : runError(node, message);
}

/**
 * What is known of an item whose turn something unforeseen broke off: n8n's helpers, the credential, or our own code
 * threw.
 *
 * @param entry what the run remembers of the item
 */
export function interrupted(thrown: unknown, entry: Entry | undefined): Failure {
	const reason = thrown instanceof Error ? thrown.message : String(thrown);
	switch (entry?.kind) {
		case 'accepted':
			return {
				message: {
					message: `Samora accepted this item, but what comes after it was interrupted: ${reason}`,
					description: 'A retry of this execution does not send it again.',
				},
				details: { ...entry.output[0] },
			};
		case 'inDoubt':
			return { message: entry.message, details: { status: 'unknown' }, inDoubt: true };
		default:
			return {
				message: {
					message: `This item was not sent: ${reason}`,
					description: 'Run the node again.',
				},
				details: { status: 'not sent' },
			};
	}
}

/** What is said of an item whose request went out, should nothing more become known. */
export function interruptionOf<Request extends ItemRequest>(
	{ describeUnknown }: Route<Request>,
	request: Request,
): UserMessage {
	const why = {
		message: 'n8n was interrupted before it knew what Samora answered',
		description: 'The request went out.',
	};
	return describeUnknown?.(request, why) ?? why;
}
