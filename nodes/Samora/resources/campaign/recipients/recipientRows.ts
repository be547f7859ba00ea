import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { recipientsOfOtherTools } from '../../../sending/agentRecipients';
import type { Skipped } from '../../../sending/dispatch';
import {
	attempt,
	oneOf,
	parameterReader,
	recordOf,
	Refusal,
	type ReadParameter,
} from '../../../../shared/parameters';
import { phoneNumber } from '../../../../shared/phone/phoneNumber';
import { operationError, refusedItem, routed } from '../../../../shared/api/problems';
import { OUTPUTS } from './recipientFields';
import { recipientWith, type Measured } from './recipients';
import { connectionOptions } from '../../../../shared/api/requestOptions';
import { refusedRows, type RefusedRow } from '../../../../shared/itemList';

/** A row that is ready to be sent. */
export interface Row extends Measured {
	item: number;
	/** The key of the campaign it is for. */
	campaign: string;
}

/** The campaign a row is for. Usually there is one; expressions can name another for every row. */
export interface Destination<Target> {
	/** Tells it from the campaigns of other rows, and is the same in every try. */
	key: string;
	target: Target;
}

/** The rows of one campaign. */
export interface Group<Target> extends Destination<Target> {
	rows: Row[];
	/** Items that are left out of it. */
	skipped: number[];
	/** How many requests to add recipients were sent for it. */
	requests: number;
}

/** What is to be done with each row. */
export interface PlannedRows<Target> {
	groups: Array<Group<Target>>;
	skipped: Map<number, Skipped['skipped']>;
	refusals: RefusedRow[];
	/** Asked of the first item: it counts for all. */
	summary: boolean;
}

/**
 * Looks at every row before anything is sent.
 *
 * @param destinationOf throws a Refusal for what cannot be the row's campaign
 */
export function planRows<Target>(
	context: IExecuteFunctions,
	destinationOf: (read: ReadParameter) => Destination<Target>,
): PlannedRows<Target> {
	const items = context.getInputData();
	const reader = parameterReader(context, items);
	const byOtherTools = recipientsOfOtherTools(context);
	const groups = new Map<string, Group<Target> & { firstWith: Map<string, number> }>();
	const planned: Omit<PlannedRows<Target>, 'groups'> = {
		skipped: new Map(),
		refusals: [],
		summary: false,
	};
	items.forEach(({ json }, item) => {
		const read = reader(item);
		const row = attempt(() => planRow(read, json, destinationOf));
		if (row instanceof Refusal) {
			planned.refusals.push({ item, refusal: row });
			return;
		}
		const { destination, measured, skipDuplicates, summary } = row;
		if (item === 0) planned.summary = summary;
		const { key } = destination;
		const group = groups.get(key) ?? newGroup(destination);
		groups.set(key, group);
		const leaveOut = (number: unknown, reason: string) => {
			group.skipped.push(item);
			planned.skipped.set(item, { to_number: String(number ?? ''), skipped: true, reason });
		};
		if (measured instanceof Refusal) {
			leaveOut(read('toNumber'), measured.message);
			return;
		}
		const { to_number } = measured.recipient;
		const first = group.firstWith.get(to_number);
		if (first !== undefined && skipDuplicates) {
			leaveOut(to_number, `${to_number} is the number of item ${first} too`);
			return;
		}
		const earlier = byOtherTools.get(to_number);
		if (earlier !== undefined && skipDuplicates) {
			leaveOut(
				to_number,
				`${to_number} was given to campaign ${earlier} already in this execution`,
			);
			return;
		}
		if (first === undefined) group.firstWith.set(to_number, item);
		group.rows.push({ item, campaign: group.key, ...measured });
	});
	return { ...planned, groups: [...groups.values()] };
}

const newGroup = <Target>(destination: Destination<Target>) => ({
	...destination,
	rows: [],
	skipped: [],
	requests: 0,
	firstWith: new Map<string, number>(),
});

/** @returns the recipient, or why it is left out where the person chose that */
function planRow<Target>(
	read: ReadParameter,
	json: IDataObject,
	destinationOf: (read: ReadParameter) => Destination<Target>,
) {
	const options = recordOf(read('options'));
	const output = oneOf(options.output ?? 'recipients', 'Output', OUTPUTS);
	connectionOptions(read('requestOptions'));
	const destination = destinationOf(read);
	const measured = attempt(() => {
		const { defaultCountry } = options;
		const number = phoneNumber(read('toNumber'), { label: 'To Number', defaultCountry });
		return recipientWith(number, read, json);
	});
	if (measured instanceof Refusal && options.skipInvalid !== true) throw measured;
	return {
		destination,
		measured,
		skipDuplicates: options.skipDuplicates !== false,
		summary: output === 'summary',
	};
}

export const numbersOf = (rows: Row[]): string[] =>
	rows.map(({ recipient: { to_number } }) => to_number);

/**
 * What comes out of the rows that are not sent.
 *
 * @throws NodeOperationError when there are bad rows and the person did not choose to go on without them
 */
export function outputOfUnsent<Target>(
	context: IExecuteFunctions,
	{ skipped, refusals }: PlannedRows<Target>,
): Map<number, IDataObject> {
	if (refusals.length > 0 && !context.continueOnFail()) {
		throw operationError(
			context.getNode(),
			refusedRows(refusals, context.getInputData().length),
			refusals.length === 1 ? refusals[0].item : undefined,
		);
	}
	const output = new Map<number, IDataObject>(skipped);
	for (const { item, refusal } of refusals) output.set(item, refusedItem(refusal, item));
	return output;
}

/** One item per row, in the order of the rows. */
export const inOrder = (
	context: IExecuteFunctions,
	output: Map<number, IDataObject>,
): INodeExecutionData[] =>
	[...output]
		.sort(([one], [other]) => one - other)
		.map(([item, json]) => ({ json: routed(context, json), pairedItem: { item } }));

/**
 * One item per campaign; rows that did not go through come out one by one beside it, or they would be overlooked.
 *
 * @param head what stands first in a campaign's item; undefined for a campaign that has none
 */
export function summaries<Target>(
	context: IExecuteFunctions,
	{ groups, skipped }: PlannedRows<Target>,
	output: Map<number, IDataObject>,
	head: (group: Group<Target>) => IDataObject | undefined,
): INodeExecutionData[] {
	const reported = new Map([...output].filter(([, json]) => 'error' in json));
	const summed = groups.flatMap((group): INodeExecutionData[] => {
		const { rows, skipped: leftOut, requests } = group;
		const first = head(group);
		if (first === undefined) return [];
		const skips = leftOut.map((item) => {
			const why = skipped.get(item);
			return { item, to_number: why?.to_number, reason: why?.reason };
		});
		const json = {
			...first,
			added: rows.filter(({ item }) => !reported.has(item)).length,
			skipped: skips.length,
			...(skips.length > 0 ? { skipped_items: skips } : {}),
			requests,
		};
		const pairedItem = [...rows.map(({ item }) => item), ...leftOut]
			.sort((one, other) => one - other)
			.map((item) => ({ item }));
		return [{ json, pairedItem }];
	});
	return [...summed, ...inOrder(context, reported)];
}
