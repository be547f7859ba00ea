import timezonesText from '../../../tools/build/timezones';
import { planWith, split, type Plan } from './plans';

let zonesByBeginning: Map<string, string[]> | undefined;

/** Time zones by the first digits of international numbers, read when it is first needed. */
function table(): Map<string, string[]> {
	zonesByBeginning ??= new Map(
		timezonesText.split('\n').flatMap((line) => {
			const [zones, ...groups] = line.split(' ');
			const listed = zones.split('&');
			return groups.flatMap((group): Array<[string, string[]]> => {
				const [beginning, ends] = group.split('.');
				return [...ends].map((end) => [`${beginning}${end}`, listed]);
			});
		}),
	);
	return zonesByBeginning;
}

/** The zones of the longest beginning of these digits that is known. */
function longest(digits: string): string[] {
	for (let length = digits.length; length > 0; length--) {
		const zones = table().get(digits.slice(0, length));
		if (zones !== undefined) return zones;
	}
	return [];
}

/**
 * The time zones that a number may be in, by libphonenumber's public tables: by its area code where it has one, else
 * all zones of its country or calling code. People travel, and may keep a number when they move: this is where the
 * number belongs.
 *
 * @param number in E.164
 * @returns IANA names; none when nothing is known, as for worldwide services
 */
export function zonesOf(number: string): string[] {
	const parts = split(number);
	if (parts === undefined) return [];
	const plan = planWith(parts);
	return plan !== undefined && isOfPlace(plan, parts.national)
		? longest(number.slice(1))
		: longest(parts.callingCode);
}

const isOfPlace = (plan: Plan, national: string): boolean => plan.ofPlace?.test(national) ?? false;
