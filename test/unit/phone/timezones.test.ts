import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

import { countries, type Country } from '../../../nodes/shared/phone/countries';
import { zonesOf } from '../../../nodes/shared/phone/timezones';
import { numbersOf } from '../../support/writtenNumbers';

/** What clocks show in each month of a year, so that zones with the same clocks are alike. */
function clocksOf(timezone: string): string {
	const format = new Intl.DateTimeFormat('en-US', {
		timeZone: timezone,
		timeZoneName: 'longOffset',
	});
	return Array.from({ length: 12 }, (_, month) => {
		const parts = format.formatToParts(Date.UTC(2027, month, 10, 12));
		return parts.find(({ type }) => type === 'timeZoneName')?.value;
	}).join(' ');
}

const known = new Map<string, string>();
function clocks(timezone: string): string {
	const already = known.get(timezone) ?? clocksOf(timezone);
	known.set(timezone, already);
	return already;
}

describe('the time zones of a number', () => {
	test.each([
		['San Francisco', '+14155550100', ['America/Los_Angeles']],
		['New York', '+12125550100', ['America/New_York']],
		['Arizona', '+16025550100', ['America/Phoenix']],
		['Honolulu', '+18085550100', ['Pacific/Honolulu']],
		['Alaska, which has two', '+19075550100', ['America/Adak', 'America/Anchorage']],
		['a mobile number in Jamaica', '+18762101234', ['America/Jamaica']],
		['a mobile number in Germany', '+4915123456789', ['Europe/Berlin']],
		['Berlin', '+4930123456', ['Europe/Berlin']],
		['India', '+919876543210', ['Asia/Calcutta']],
		['Sydney', '+61291234567', ['Australia/Sydney']],
		['a mobile number in São Paulo', '+5511987654321', ['America/Sao_Paulo']],
		['Nicaragua, which has no summer time', '+50522345678', ['America/Managua']],
		['Kaliningrad', '+74012345678', ['Europe/Kaliningrad']],
		['Kazakhstan', '+77071234567', ['Asia/Almaty', 'Asia/Aqtobe']],
	])('in %s', (_, number, zones) => {
		expect(zonesOf(number)).toEqual(zones);
	});

	test('are all of the country where the number does not say the place', () => {
		expect(zonesOf('+61412345678')).toEqual(
			expect.arrayContaining(['Australia/Perth', 'Australia/Darwin', 'Australia/Sydney']),
		);
		expect(zonesOf('+79123456789')).toEqual(
			expect.arrayContaining(['Europe/Kaliningrad', 'Asia/Kamchatka']),
		);
		expect(zonesOf('+18005550100').length).toBeGreaterThan(30);
		// written in full, and in no plan
		expect(zonesOf('+15555550123').length).toBeGreaterThan(30);
	});

	test('are unknown for worldwide services and for what is no number', () => {
		expect(zonesOf('+80012345678')).toEqual([]);
		expect(zonesOf('+99912345678')).toEqual([]);
		expect(zonesOf('')).toEqual([]);
	});

	test('are known for numbers of every country, to this platform too', () => {
		const numbers = countries.flatMap((country) => numbersOf(country, 3));
		expect(numbers.filter(({ number }) => zonesOf(number).length === 0)).toEqual([]);
		const zones = new Set(numbers.flatMap(({ number }) => zonesOf(number)));
		expect(zones.size).toBeGreaterThan(200);
		for (const zone of zones) expect(clocks(zone)).toMatch(/^GMT/);
	});

	/** The zones of a country by the platform's own data; Node.js 20 has them as a property. */
	function zonesIn(country: Country): string[] {
		const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
			timeZones?: string[];
			getTimeZones?: () => string[];
		};
		return locale.timeZones ?? locale.getTimeZones?.() ?? [];
	}

	test('show times that clocks show in the country of the number', () => {
		const wrong = countries.flatMap((country) => {
			const there = new Set(zonesIn(country).map(clocks));
			if (there.size === 0) return [];
			return numbersOf(country, 20)
				.filter(({ number }) => !zonesOf(number).some((zone) => there.has(clocks(zone))))
				.map(({ number }) => `${country} ${number} ${zonesOf(number).join(' ')}`);
		});
		expect(wrong).toEqual([]);
	});
});

test('the numbers above are given out', () => {
	expect(parsePhoneNumberFromString('+18762101234')?.getType()).toBe('MOBILE');
	expect(parsePhoneNumberFromString('+74012345678')?.isValid()).toBe(true);
});
