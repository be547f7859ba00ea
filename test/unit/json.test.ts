import fc from 'fast-check';

import { parseJson } from '../../nodes/shared/api/json';

/** Numbers as JavaScript writes them, none of them a whole number too long for it. */
const number = fc.oneof(
	fc.maxSafeInteger(),
	fc.double({ min: -1e15, max: 1e15, noNaN: true }),
	fc.double({ min: 1e-300, max: 1e-5, noNaN: true }),
);
const value = fc.oneof(number, fc.string(), fc.boolean(), fc.constant(null));

describe('JSON that Samora sent', () => {
	it('is read as what it is', () => {
		fc.assert(
			fc.property(
				fc.object({ values: [value] }).map((one) => JSON.stringify(one)),
				(text) => {
					expect(parseJson(text)).toEqual(JSON.parse(text));
					expect(parseJson(`\uFEFF${text}`)).toEqual(JSON.parse(text));
				},
			),
		);
	});

	it('keeps every digit of a whole number that JavaScript would round, and nothing else becomes text', () => {
		const long = fc.bigInt({ min: 2n ** 53n, max: 10n ** 40n });
		const other = fc.oneof(
			value,
			long.map((id) => `"${id}, ${id}`),
		);
		fc.assert(
			fc.property(long, fc.boolean(), other, (id, negative, next) => {
				const written = `${negative ? '-' : ''}${id}`;
				const beside = JSON.stringify(next);
				const text = `{"id":${written},"ids":[${written},${beside}],"text":${beside}}`;
				expect(parseJson(text)).toEqual({
					id: written,
					ids: [written, JSON.parse(beside)],
					text: JSON.parse(beside),
				});
			}),
		);
	});

	it('is read at once when it is cut off, and whole when it is all escapes', () => {
		const escapes = '\\"'.repeat(4_000_000);
		expect(() => parseJson(`{"id":1234567890123456789,"text":"${escapes}`)).toThrow(SyntaxError);
		const whole = parseJson(`{"text":"${escapes}","id":1234567890123456789}`);
		expect(whole).toMatchObject({ text: '"'.repeat(4_000_000) });
	});

	it.each(['', '{', '<html>1234567890123456789</html>', '{"id":12345678901234567890'])(
		'is not %j',
		(text) => expect(() => parseJson(text)).toThrow(SyntaxError),
	);
});
