import { beyondMaxCalls } from '../../../nodes/Samora/rules/maxCalls';
import { maxOngoingCalls } from '../../../nodes/Samora/rules/maxOngoingCalls';
import { Refusal } from '../../../nodes/shared/parameters';

describe('Max Calls', () => {
	test.each([[0], [undefined], [''], ['0']])('%j is no limit', (value) => {
		expect(beyondMaxCalls(value, 1_000_000)).toBeUndefined();
	});

	test('allows as many people as it says, and refuses one more with both figures', () => {
		expect(beyondMaxCalls(500, 500)).toBeUndefined();
		expect(beyondMaxCalls('500', 501)).toMatchObject({
			label: 'Max Calls',
			message:
				'Max Calls is 500, but this run would call 501 people, so nobody was called. Raise Max Calls to call them all',
		});
	});

	test.each([[-1], ['many'], [1.5], [null], [NaN], [true]])('refuses %j', (value) => {
		expect(() => beyondMaxCalls(value, 0)).toThrow(Refusal);
		expect(() => beyondMaxCalls(value, 0)).toThrow('Max Calls must be a whole number');
	});
});

describe('Max Ongoing Calls', () => {
	test('0 is no limit', () => {
		expect([0, undefined, '', '0'].map(maxOngoingCalls)).toEqual(Array(4).fill(Infinity));
	});

	test('is how many calls go on at the same time', () => {
		expect([1, '3'].map(maxOngoingCalls)).toEqual([1, 3]);
		expect(() => maxOngoingCalls(-1)).toThrow('Max Ongoing Calls must be a whole number');
	});
});
