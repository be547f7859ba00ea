import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import {
	attempt,
	oneOf,
	parameterReader,
	recordOf,
	Refusal,
	type ReadParameter,
} from '../../../../shared/parameters';
import { phoneNumber } from '../../../../shared/phone/phoneNumber';
import { OUTPUTS } from './recipientFields';
import { recipientWith, type Measured } from './recipients';
import { connectionOptions } from '../../../../shared/api/requestOptions';
import type { RefusedRow } from '../../../../shared/itemList';
import { recipientsOfOtherTools } from '../../../sending/agentMemory';
import type { Skip } from '../../../sending/route';

/** A row that is ready to be sent. */
export interface Row extends Measured {
	item: number;
	/** What makes it the same one in a retry of the execution. */
	identity: string;
}

/** The campaign a row is for. Usually there is one; expressions can name another for every row. */
export interface Destination<Target> {
	/** Tells it from the campaigns of other rows, and is the same in every try. */
	key: string;
	/** What makes a number of it the same recipient in a retry of the execution. */
	identityOf: (to_number: string) => string;
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
	skipped: Map<number, Skip['output']>;
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
		group.rows.push({ item, identity: destination.identityOf(to_number), ...measured });
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

/** What makes each row that is sent the same one in a retry, by item. */
export function identities<Target>({ groups }: PlannedRows<Target>): string[] {
	const found: string[] = [];
	for (const { item, identity } of groups.flatMap(({ rows }) => rows)) found[item] = identity;
	return found;
}
