import type { IDataObject } from 'n8n-workflow';

import { refusedItem } from '../../shared/api/nodeErrors';
import type { RefusedRow } from '../../shared/itemList';
import type { Failure, LeftOut, OutputItem } from './route';
import type { Entry } from './runMemory';

/** What became of an item's turn. */
export type Turn = { kind: 'accepted'; output: IDataObject[]; isRetry: boolean } | Ended;

export type Ended =
	| { kind: 'output'; items: OutputItem[] }
	| { kind: 'refused'; refusals: RefusedRow[] }
	| { kind: 'failed'; failure: Failure };

export const output = (items: IDataObject[]): Ended => ({
	kind: 'output',
	items: items.map((json) => ({ json })),
});

export const leftOut = (entry: LeftOut, item: number): Ended =>
	output([entry.kind === 'skip' ? entry.output : refusedItem(entry.refusal, item)]);

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
