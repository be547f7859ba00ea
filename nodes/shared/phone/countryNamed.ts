import { countries, nameOf, otherNamesOf, withoutAccents, type Country } from './countries';

/** One spelling for names that look alike: "Bosnia and Herzegovina", "BOSNIA & HERZEGOVINA" */
const alike = (name: string) =>
	withoutAccents(name)
		.toLowerCase()
		.replace(/^the /, '')
		.replaceAll('&', ' and ')
		.replace(/\bsaint\b/g, 'st')
		.replace(/[^\p{L}\d]+/gu, ' ')
		.trim();

let byName: Map<string, Country> | undefined;

/** The country that somebody means by two letters, a name, or an abbreviation such as UK, in any case. */
export function countryNamed(written: string): Country | undefined {
	byName ??= new Map(
		countries.flatMap((country) =>
			[country, nameOf(country), ...otherNamesOf(country)].map((name): [string, Country] => [
				alike(name),
				country,
			]),
		),
	);
	return byName.get(alike(written));
}
