import {
	eventKey,
	fileUrl,
	isWanted,
	outputOf,
	parsePayload,
	readCallEvent,
} from '../../nodes/SamoraTrigger/delivery/events';

describe('what is read from a delivery', () => {
	it.each([
		['event and call_id', { event: 'CALL_FINISHED', call_id: 'c1' }],
		['event_type and data.call_id', { event_type: 'CALL_FINISHED', data: { call_id: 'c1' } }],
		['type and data.id', { type: 'CALL_FINISHED', data: { id: 'c1' } }],
		['type and id', { type: 'CALL_FINISHED', id: 'c1' }],
		[
			"an event's own id beside the call's",
			{ event: 'CALL_FINISHED', id: 'evt', data: { id: 'c1' } },
		],
		['another spelling', { event: 'call.finished', call_id: 'c1' }],
	])('is the same from %s', (_form, payload) => {
		expect(readCallEvent(payload)).toMatchObject({ event: 'CALL_FINISHED', call_id: 'c1' });
	});

	it('is the status, wherever it stands', () => {
		expect(readCallEvent({ status: 'REJECTED' }).status).toBe('REJECTED');
		expect(readCallEvent({ data: { status: 'UNANSWERED' } }).status).toBe('UNANSWERED');
	});

	it('is nothing where nothing is said', () => {
		const nothing = { event: null, call_id: null, status: null };
		expect(readCallEvent({})).toEqual(nothing);
		expect(readCallEvent({ event: {}, call_id: [], data: 'text', status: '' })).toEqual(nothing);
	});

	it('keeps the name of an event it does not know', () => {
		expect(readCallEvent({ event: 'agent.updated' }).event).toBe('agent.updated');
	});

	it("is a file's URL", () => {
		expect(fileUrl({ data: { recording_url: 'https://files/r' } }, 'recording')).toBe(
			'https://files/r',
		);
		expect(fileUrl({ transcript_url: null }, 'transcript')).toBeNull();
	});
});

describe('the output', () => {
	it('is the event as it came, with event, call_id and status in their places', () => {
		const payload = { type: 'CALL_FAILED', data: { id: 'c1', status: 'REJECTED', tries: [1, 2] } };
		expect(outputOf(payload)).toEqual({
			...payload,
			event: 'CALL_FAILED',
			call_id: 'c1',
			status: 'REJECTED',
		});
	});

	it('has these three even when Samora says nothing about them', () => {
		expect(outputOf({ note: 'hello' })).toEqual({
			note: 'hello',
			event: null,
			call_id: null,
			status: null,
		});
	});

	it('loses nothing that has one of these names', () => {
		const event = { kind: 'unheard of' };
		expect(outputOf({ event, call_id: 'c1' })).toMatchObject({ event, call_id: 'c1' });
	});
});

describe('a body', () => {
	it('is read as UTF-8 JSON, with or without a byte order mark', () => {
		expect(parsePayload(Buffer.from('{"name":"Zoë"}'))).toEqual({ name: 'Zoë' });
		expect(parsePayload(Buffer.from('\uFEFF{"a":1}'))).toEqual({ a: 1 });
	});

	it.each(['', '{', '[]', '[{"event":"CALL_STARTED"}]', '"text"', 'null', '7', 'a=b', '<xml/>'])(
		'is refused when it is %j',
		(text) => {
			expect(parsePayload(Buffer.from(text))).toBeUndefined();
		},
	);
});

describe('which events start the workflow', () => {
	const chosen = ['CALL_FINISHED'];

	it('are the chosen ones', () => {
		expect(isWanted(readCallEvent({ event: 'CALL_FINISHED' }), chosen)).toBe(true);
		expect(isWanted(readCallEvent({ event: 'CALL_STARTED' }), chosen)).toBe(false);
	});

	it('are also those nobody has heard of', () => {
		expect(isWanted(readCallEvent({ event: 'CALL_RATED' }), chosen)).toBe(true);
		expect(isWanted(readCallEvent({}), chosen)).toBe(true);
	});
});

describe('two deliveries', () => {
	const finished = { event: 'CALL_FINISHED', call_id: 'c1', data: { ended_at: '12:00' } };

	it.each([
		['again', { ...finished }],
		['with fresh URLs', { ...finished, recording_url: 'https://files/r?expires=2' }],
		['under other field names', { type: 'call.finished', data: { id: 'c1', ended_at: '12:00' } }],
	])('are of one event when it is sent %s', (_how, payload) => {
		expect(eventKey(payload)).toBe(eventKey(finished));
	});

	it.each([
		['of another call', { ...finished, call_id: 'c2' }],
		['of another kind', { ...finished, event: 'CALL_FAILED' }],
		['of a later attempt at the same call', { ...finished, data: { ended_at: '12:30' } }],
	])('are of two events when one is %s', (_what, payload) => {
		expect(eventKey(payload)).not.toBe(eventKey(finished));
	});

	it('of an event that begins a call do not depend on how the call is doing meanwhile', () => {
		const started = { event: 'CALL_STARTED', call_id: 'c1', data: { started_at: '11:58' } };
		const later = {
			...started,
			data: { started_at: '11:58', ended_at: '12:00', status: 'ONGOING' },
		};
		expect(eventKey(later)).toBe(eventKey(started));
	});

	it('of an unknown event are of one only when they are the same to the letter', () => {
		const rated = { event: 'CALL_RATED', call_id: 'c1', stars: 4 };
		expect(eventKey({ ...rated })).toBe(eventKey(rated));
		expect(eventKey({ ...rated, stars: 5 })).not.toBe(eventKey(rated));
	});

	it.each(['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'])(
		'of %s without a time are of one only when all they say is the same',
		(event) => {
			const others = [
				{ event, call_id: 'c1', attempt: 1 },
				{ event, call_id: 'c1', attempt: 2 },
				{ event, id: 'wh_1', data: { call: { id: 'c1', ended_at: '12:00' } } },
				{ event, id: 'wh_1', data: { call: { id: 'c2', ended_at: '12:00' } } },
			];
			expect(new Set(others.map(eventKey)).size).toBe(others.length);
			for (const one of others) expect(eventKey({ ...one })).toBe(eventKey(one));
		},
	);

	it('are of two calls when long numeric IDs differ in their last digit', () => {
		const keys = Array.from({ length: 10 }, (_, last) =>
			eventKey(
				parsePayload(
					Buffer.from(
						`{"event":"CALL_FAILED","call_id":1234567890123456789${last},"ended_at":"12:00"}`,
					),
				)!,
			),
		);
		expect(new Set(keys).size).toBe(10);
	});

	it('cannot be told apart without a call, so none is taken for a copy', () => {
		expect(eventKey({ event: 'CALL_FINISHED' })).toBeUndefined();
		expect(eventKey({ call_id: 'c1' })).toBeUndefined();
	});
});

describe('an event nested too deep for n8n to store', () => {
	const nested = (levels: number, key: string) =>
		Buffer.from(
			`{"event":"CALL_RATED","call_id":"c1","${key}":${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}}`,
		);

	it.each(['deep', '__proto__'])('is passed on without what is deeper ("%s")', (key) => {
		const payload = parsePayload(nested(20_000, key))!;
		expect(eventKey(payload)).toBeDefined();
		const text = JSON.stringify(outputOf(payload));
		expect(text).toContain('left out: nested more than 100 levels deep');
		expect(readCallEvent(payload)).toMatchObject({ event: 'CALL_RATED', call_id: 'c1' });
	});

	it('is as it came up to a hundred levels', () => {
		const body = nested(98, 'deep');
		expect(parsePayload(body)).toEqual(JSON.parse(body.toString()));
	});
});
