import { wayIn } from '../fields/toNumber';
import { attempt, recordOf, Refusal, type ReadParameter } from '../../shared/parameters';
import type { NumberOptions } from '../../shared/phone/phoneNumber';
import { isCheckOnly } from './checkOnly';
import { doNotCallList } from './doNotCall';
import { beyondMaxCalls } from './maxCalls';

/** The options that apply to a whole run. They are read from its first item. */
export interface RunOptions {
	checkOnly: boolean;
	includeInputFields: boolean;
	/** The numbers that are not called; a Refusal if an entry can't be read, and then nobody is called. */
	doNotCall: ReadonlySet<string> | Refusal;
	/** Why the run may not call so many people; undefined if it may. */
	beyondMaxCalls: (people: number) => Refusal | undefined;
}

/**
 * @param read the first item's parameters
 * @param ways how the rows read numbers
 */
export function runOptions(read: ReadParameter, ways: readonly NumberOptions[]): RunOptions {
	const given = attempt(() => read('options'));
	const options = given instanceof Refusal ? {} : recordOf(given);
	return {
		checkOnly: isCheckOnly(options),
		includeInputFields: options.includeInputFields === true,
		doNotCall:
			given instanceof Refusal
				? unreadable(given)
				: attempt(() =>
						doNotCallList(options, distinct(ways.length > 0 ? ways : [wayIn(options)])),
					),
		beyondMaxCalls: (people) => attempt(() => beyondMaxCalls(options.maxCalls, people)),
	};
}

/** Without them nobody can tell who must not be called, so nobody is. */
const unreadable = ({ label, message }: Refusal) =>
	new Refusal(
		label,
		`The options of the first item, which count for all, cannot be read: ${message}`,
	);

/** Each way once: there may be a hundred thousand rows. */
function distinct(ways: readonly NumberOptions[]): NumberOptions[] {
	const byName = new Map(
		ways.map((way) => [JSON.stringify([way.defaultCountry, way.numbersIncludeCountryCode]), way]),
	);
	return [...byName.values()];
}
