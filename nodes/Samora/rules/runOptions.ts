import { attempt, recordOf, Refusal, type ReadParameter } from '../../shared/parameters';
import type { NumberOptions } from '../../shared/phone/phoneNumber';
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
	const options = recordOf(attempt(() => read('options')));
	return {
		checkOnly: options.checkOnly === true,
		includeInputFields: options.includeInputFields === true,
		doNotCall: attempt(() => doNotCallList(options, distinct(ways))),
		beyondMaxCalls: (people) => attempt(() => beyondMaxCalls(options.maxCalls, people)),
	};
}

/** Each way once: there may be a hundred thousand rows. */
function distinct(ways: readonly NumberOptions[]): NumberOptions[] {
	const byName = new Map(
		ways.map((way) => [JSON.stringify([way.defaultCountry, way.numbersIncludeCountryCode]), way]),
	);
	return [...byName.values()];
}
