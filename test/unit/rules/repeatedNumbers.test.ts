import { Refusal } from '../../../nodes/shared/parameters';
import {
	onRepeat,
	repeatedNumbersField,
	repeats,
} from '../../../nodes/Samora/rules/repeatedNumbers';

describe('repeats', () => {
	test('names the latest item before that has the number', () => {
		const numbers = [
			'+14155550100',
			'+14155550101',
			'+14155550100',
			'+14155550100',
			'+14155550101',
		];
		expect([...repeats(numbers)]).toEqual([
			[2, 0],
			[3, 2],
			[4, 1],
		]);
	});

	test('leaves out items that are not dialed', () => {
		const numbers = [undefined, '+14155550100', undefined, '+14155550100'];
		expect([...repeats(numbers)]).toEqual([[3, 1]]);
	});
});

describe('onRepeat', () => {
	test('skips unless it is told otherwise', () => {
		expect(onRepeat(undefined)).toBe('skip');
		expect(onRepeat('')).toBe('skip');
		expect(repeatedNumbersField.default).toBe('skip');
	});

	test('takes the choices of the field and nothing else', () => {
		expect(['call', 'skip', 'refuse'].map(onRepeat)).toEqual(['call', 'skip', 'refuse']);
		expect(() => onRepeat('twice')).toThrow(Refusal);
	});
});
