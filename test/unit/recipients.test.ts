import fc from 'fast-check';

import { attempt, Refusal } from '../../nodes/shared/parameters';
import {
	callVariables,
	inRequests,
	LIMITS,
	recipientWith,
} from '../../nodes/Samora/resources/campaign/recipients/recipients';

const reading = (parameters: Record<string, unknown>) => (name: string) => parameters[name];
const bytesOf = (value: unknown) => Buffer.byteLength(JSON.stringify(value));
const body = (rows: Array<{ recipient: unknown }>) => ({
	phone_numbers: rows.map(({ recipient }) => recipient),
});

describe('callVariables', () => {
	const row = { phone: '+14155550100', name: 'Ada', age: 36, nothing: null };

	it.each<[Record<string, unknown>, unknown]>([
		[{ variablesMode: 'none' }, undefined],
		[{}, undefined],
		[{ variablesMode: 'allFields' }, row],
		[
			{ variablesMode: 'selectedFields', variableFields: 'name, nothing,nobody' },
			{ name: 'Ada', nothing: null },
		],
		[
			{ variablesMode: 'selectedFields', variableFields: ['age', ' name '] },
			{ age: 36, name: 'Ada' },
		],
		[{ variablesMode: 'selectedFields', variableFields: '' }, undefined],
		[{ variablesMode: 'keyValue', variables: { values: [{ key: 'a', value: 1 }] } }, { a: 1 }],
		[{ variablesMode: 'json', variablesJson: '{"a": {"b": 1}}' }, { a: { b: 1 } }],
		[{ variablesMode: 'json', variablesJson: '{}' }, undefined],
	])('%j', (parameters, expected) => {
		expect(callVariables(reading(parameters), row)).toEqual(
			expected === undefined ? undefined : { values: expected, bytes: bytesOf(expected) },
		);
	});

	it.each(['x', 'é', '漢', '🙂', '"', '\n', '\u2028'])(
		'counts bytes of JSON, written with %j',
		(letter) => {
			const written = (count: number) => ({ a: letter.repeat(count) });
			let most = 0;
			while (bytesOf(written(most + 1)) <= LIMITS.variablesBytes) most++;
			const look = (count: number) =>
				attempt(() =>
					callVariables(reading({ variablesMode: 'json', variablesJson: written(count) }), {}),
				);
			expect(look(most)).toMatchObject({ values: written(most) });
			const over = look(most + 1);
			expect(over).toBeInstanceOf(Refusal);
			expect(over).toMatchObject({
				label: 'Call Variables',
				message: expect.stringContaining(`these have ${bytesOf(written(most + 1))}`),
			});
		},
	);
});

describe('inRequests', () => {
	const recipient = (note: number) =>
		recipientWith(
			'+14155550100',
			reading({ variablesMode: 'json', variablesJson: { note: 'é'.repeat(note) } }),
			{},
		);

	it.each([
		[0, []],
		[1, [1]],
		[5000, [5000]],
		[5001, [5000, 1]],
		[12_001, [5000, 5000, 2001]],
	])('%i rows', (count, sizes) => {
		const rows = Array.from({ length: count }, () =>
			recipientWith('+14155550100', reading({}), {}),
		);
		expect(inRequests(rows).map(({ length }) => length)).toEqual(sizes);
	});

	it.each<[string, Record<string, unknown>]>([
		['no variables', { variablesMode: 'none' }],
		['some', { variablesMode: 'json', variablesJson: '{"a": "é", "b": [1, null, "\\u2028"]}' }],
	])('knows how large a recipient with %s is', (_, parameters) => {
		const { recipient: sent, bytes } = recipientWith('+442079460018', reading(parameters), {});
		expect(bytes).toBe(bytesOf(sent));
	});

	it('keeps every row, in order, within both limits, in as few requests as possible', () => {
		fc.assert(
			fc.property(
				fc.array(fc.record({ note: fc.nat(2040), times: fc.integer({ min: 1, max: 1500 }) }), {
					maxLength: 6,
				}),
				(runs) => {
					const rows = runs
						.flatMap(({ note, times }) => Array.from({ length: times }, () => recipient(note)))
						.map((row, n) => ({ ...row, n }));
					const requests = inRequests(rows);
					expect(requests.flat().map(({ n }) => n)).toEqual(rows.map(({ n }) => n));
					for (const [at, request] of requests.entries()) {
						expect(request.length).toBeGreaterThan(0);
						expect(request.length).toBeLessThanOrEqual(LIMITS.recipients);
						expect(bytesOf(body(request))).toBeLessThanOrEqual(LIMITS.requestBytes);
						const next = requests[at + 1]?.[0];
						if (!next) continue;
						const full =
							request.length === LIMITS.recipients ||
							bytesOf(body([...request, next])) > LIMITS.requestBytes;
						expect(full).toBe(true);
					}
				},
			),
			{ numRuns: 15 },
		);
	});
});
