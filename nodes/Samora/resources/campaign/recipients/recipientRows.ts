import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

import {
	attempt,
	oneOf,
	parameterReader,
	recordOf,
	Refusal,
	trimmed,
	type ReadParameter,
} from '../../../../shared/parameters';
import { readableNumber, toNumberIn, wayIn } from '../../../fields/toNumber';
import {
	hoursFor,
	isOpen,
	outsideCallingHours,
	type CallingHours,
} from '../../../rules/callingHours';
import { onDoNotCall } from '../../../rules/doNotCall';
import { preview } from '../../../rules/preview';
import { runOptions } from '../../../rules/runOptions';
import { OUTPUTS } from './recipientFields';
import { recipientWith, type Measured } from './recipients';
import type { RecipientsElsewhere } from './recipientsElsewhere';
import { connectionOptions } from '../../../../shared/api/requestOptions';
import type { RefusedRow } from '../../../../shared/itemList';
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
	/** What two rows have in common that would call the same person twice. */
	personKey: (to_number: string) => string;
	target: Target;
}

/** The rows of one campaign. */
export interface Group<Target> extends Destination<Target> {
	rows: Row[];
	/** Items that are left out of it. */
	skipped: number[];
	/** Of those, the items whose number is in an earlier row: item → that row. */
	repeats: Map<number, number>;
	/** How many requests to add recipients were sent for it. */
	requests: number;
}

/** What is to be done with each row. */
export interface PlannedRows<Target> {
	groups: Array<Group<Target>>;
	skipped: Map<number, Skip['output']>;
	refusals: RefusedRow[];
	/** Why nothing of the run may be sent. */
	runRefusal?: Refusal;
	/** What is said about each row, where that is all that is wanted. */
	checked?: Map<number, IDataObject>;
	/** These are asked of the first item: they count for all. */
	summary: boolean;
	includeInputFields: boolean;
}

/**
 * Looks at every row before anything is sent.
 *
 * @param destinationOf throws a Refusal for what cannot be the row's campaign
 * @param elsewhere who is left out because of what was done before
 * @param hoursOf the hours in which a campaign may be started, for Check Only
 */
export function planRows<Target>(
	context: IExecuteFunctions,
	destinationOf: (read: ReadParameter) => Destination<Target>,
	elsewhere: RecipientsElsewhere<Target>,
	hoursOf: HoursOf<Target> = () => undefined,
): PlannedRows<Target> {
	const items = context.getInputData();
	const reader = parameterReader(context, items);
	const rows = items.map(({ json }, item) => {
		const read = reader(item);
		return attempt(() => readRow(read, json, destinationOf));
	});
	const run = runOptions(
		reader(0),
		rows.flatMap((row) => (row instanceof Refusal ? [] : row.way)),
	);
	const { checkOnly, includeInputFields, doNotCall } = run;
	const leftOut = doNotCall instanceof Refusal ? new Set<string>() : doNotCall;
	const grouped = groupRows(rows, leftOut, elsewhere);
	const people = grouped.groups.reduce((sum, group) => sum + group.rows.length, 0);
	const runRefusal = doNotCall instanceof Refusal ? doNotCall : run.beyondMaxCalls(people);
	const summary = rows.some((row) => !(row instanceof Refusal) && row.summary);
	const planned: PlannedRows<Target> = { ...grouped, runRefusal, summary, includeInputFields };
	if (checkOnly) {
		const numberOf = (item: number) => readableNumber(reader(item));
		planned.checked = checkedRows(rows, planned, hoursOf, numberOf);
	}
	return planned;
}

type HoursOf<Target> = (target: Target) => CallingHours | undefined;

type ReadRow<Target> = ReturnType<typeof readRow<Target>>;

/** What Check Only says of each row. */
function checkedRows<Target>(
	rows: ReadonlyArray<ReadRow<Target> | Refusal>,
	{ groups, refusals, skipped, runRefusal }: PlannedRows<Target>,
	hoursOf: HoursOf<Target>,
	numberOf: (item: number) => string | undefined,
): Map<number, IDataObject> {
	const now = new Date();
	const refused = new Map(refusals.map(({ item, refusal }) => [item, refusal.message]));
	const closed = new Map(groups.flatMap((group) => closedRows(group, hoursOf, now)));
	return new Map(
		rows.map((row, item) => {
			const measured = row instanceof Refusal ? row : row.measured;
			const number = measured instanceof Refusal ? numberOf(item) : measured.recipient.to_number;
			const hours = row instanceof Refusal ? undefined : hoursOf(row.destination.target);
			const own = refused.get(item) ?? skipped.get(item)?.reason;
			const reason = own ?? runRefusal?.message ?? closed.get(item);
			return [item, preview({ number, reason, hours }, now)];
		}),
	);
}

/** Whoever is in a campaign is called with all others in it, so it is not started outside the hours of one of them. */
function closedRows<Target>(
	{ rows, target }: Group<Target>,
	hoursOf: HoursOf<Target>,
	now: Date,
): Array<[item: number, reason: string]> {
	const hours = hoursOf(target);
	if (!hours) return [];
	const reasons = rows.map(({ recipient }) => {
		const there = hoursFor(hours, recipient.to_number);
		return isOpen(there, now) ? undefined : outsideCallingHours(there, now);
	});
	const first = reasons.findIndex((reason) => reason !== undefined);
	if (first === -1) return [];
	const because = `The campaign is not started because of item ${rows[first].item}: ${reasons[first]}`;
	return rows.map(({ item }, index) => [item, reasons[index] ?? because]);
}

function groupRows<Target>(
	rows: ReadonlyArray<ReadRow<Target> | Refusal>,
	doNotCall: ReadonlySet<string>,
	elsewhere: RecipientsElsewhere<Target>,
): Pick<PlannedRows<Target>, 'groups' | 'skipped' | 'refusals'> {
	const groups = new Map<string, Group<Target>>();
	const firstWith = new Map<string, number>();
	const skipped = new Map<number, Skip['output']>();
	const refusals: RefusedRow[] = [];
	rows.forEach((row, item) => {
		if (row instanceof Refusal) {
			refusals.push({ item, refusal: row });
			return;
		}
		const { destination, measured, skipDuplicates, written } = row;
		const { key } = destination;
		const group = groups.get(key) ?? newGroup(destination);
		groups.set(key, group);
		const leaveOut = (number: unknown, reason: string) => {
			group.skipped.push(item);
			skipped.set(item, { to_number: trimmed(number), skipped: true, reason });
		};
		if (measured instanceof Refusal) {
			leaveOut(written, measured.message);
			return;
		}
		const { to_number } = measured.recipient;
		if (doNotCall.has(to_number)) {
			leaveOut(to_number, onDoNotCall(to_number));
			return;
		}
		const person = destination.personKey(to_number);
		const first = firstWith.get(person);
		if (first !== undefined && skipDuplicates) {
			group.repeats.set(item, first);
			leaveOut(to_number, `${to_number} is the number of item ${first} too`);
			return;
		}
		const earlier = elsewhere(to_number, destination);
		if (earlier !== undefined && skipDuplicates) {
			leaveOut(to_number, earlier);
			return;
		}
		if (first === undefined) firstWith.set(person, item);
		group.rows.push({ item, identity: destination.identityOf(to_number), ...measured });
	});
	return { groups: [...groups.values()], skipped, refusals };
}

const newGroup = <Target>(destination: Destination<Target>) => ({
	...destination,
	rows: [],
	skipped: [],
	repeats: new Map<number, number>(),
	requests: 0,
});

/** A row by itself; `measured` is why it is left out where the user chose that. */
function readRow<Target>(
	read: ReadParameter,
	json: IDataObject,
	destinationOf: (read: ReadParameter) => Destination<Target>,
) {
	const options = recordOf(read('options'));
	const output = oneOf(options.output ?? 'recipients', 'Output', OUTPUTS);
	connectionOptions(read('requestOptions'));
	const destination = destinationOf(read);
	const way = wayIn(options);
	const measured = attempt(() => recipientWith(toNumberIn(read, way), read, json));
	if (measured instanceof Refusal && options.skipInvalid !== true) throw measured;
	return {
		destination,
		measured,
		way,
		written: measured instanceof Refusal ? read('toNumber') : undefined,
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
