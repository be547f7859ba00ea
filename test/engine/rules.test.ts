import type { IDataObject } from 'n8n-workflow';

import { countryOf } from '../../nodes/shared/phone/plans';
import { ApiClient, ordinary } from '../sandbox/support/apiClient';
import { passOnNode, retryExecution, CONNECTIONS, samoraNode } from '../support/engine';
import { parametersOf, type AnyOperationId } from '../support/operations';
import { SandboxRuns, stopOf } from '../support/sandboxRuns';
import { settle, type World } from '../support/world';

/** The rules that keep people from being called: whatever On Error says, and counted by what the sandbox was sent. */
const samora = new SandboxRuns();
let world: World;

beforeEach(async () => {
	world = await settle(samora.sandbox);
	await samora.control.advance(60);
});

const ON_ERROR = ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const;
type OnError = (typeof ON_ERROR)[number];

/** The operations that call many people, and what each of them needs. */
const CALLERS = ['triggerCall', 'triggerAndWait', 'addCampaignRecipients', 'launch'] as const;

const CASES = CALLERS.flatMap((caller) => ON_ERROR.map((onError) => [caller, onError] as const));

const parameters = (id: AnyOperationId, options: object = {}) =>
	parametersOf(id, world, {
		...(id === 'startCampaign' ? {} : { toNumber: '={{ $json.phone }}' }),
		...(id === 'addCampaignRecipients' && { campaignId: byId(world.campaigns[1]) }),
		options: { ...options },
	});

const byId = (value: string) => ({ __rl: true as const, mode: 'id', value });

const run = async (
	caller: AnyOperationId,
	options: object,
	items: IDataObject[],
	onError: OnError = 'stopWorkflow',
) => await samora.run(parameters(caller, options), items, { onError });

const rows = (count: number): IDataObject[] =>
	Array.from({ length: count }, (_, n) => ({ name: `Person ${n}`, phone: ordinary(n) }));

/** Whom the run called or gave to a campaign. */
async function reached(): Promise<string[]> {
	const sent = await samora.sent({ method: 'POST' });
	return sent.flatMap(({ body }) => {
		const { to_number, phone_numbers } = (body ?? {}) as {
			to_number?: string;
			phone_numbers?: Array<{ to_number: string }>;
		};
		const listed = (phone_numbers ?? []).map((recipient) => recipient.to_number);
		return to_number === undefined ? listed : [to_number];
	});
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** Hours of a day that is over or far off in every time zone. */
const closed = (more: object = {}) => ({
	callingHours: {
		values: {
			from: '00:00',
			to: '24:00',
			days: [DAYS[(new Date().getUTCDay() + 3) % 7]],
			timezone: 'recipient',
			...more,
		},
	},
});
const open = (more: object = {}) => ({
	callingHours: {
		values: { from: '00:00', to: '24:00', days: DAYS, timezone: 'recipient', ...more },
	},
});

/** What came out, wherever. */
const said = (outcome: Awaited<ReturnType<typeof run>>): string =>
	[
		outcome.error?.message ?? '',
		...[...outcome.output, ...outcome.errorOutput].map(({ json }) => String(json.error ?? '')),
	].join('\n');

describe('Do Not Call', () => {
	it.each(CASES)('keeps people from being called: %s, %s', async (caller, onError) => {
		const items = rows(4);
		const doNotCall = `${ordinary(1)}\n+1 (415) 200-0003; `;
		const { output, error } = await run(caller, { doNotCall }, items, onError);
		expect(error).toBeUndefined();
		expect(await reached()).toEqual([ordinary(0), ordinary(2)]);
		for (const item of [1, 3]) {
			expect(output[item].json).toMatchObject({
				...items[item],
				to_number: ordinary(item),
				skipped: true,
				reason: expect.stringContaining('Do Not Call'),
			});
		}
	});

	it.each(CALLERS)('takes a list from an expression of the first item: %s', async (caller) => {
		const items: IDataObject[] = rows(3).map((row, n) => ({
			...row,
			list: n === 0 ? [ordinary(2), 14152000001, '', null] : [ordinary(0)],
		}));
		const doNotCall = '={{ $json.list }}';
		await run(caller, { doNotCall, defaultCountry: 'US' }, items);
		expect(await reached()).toEqual([ordinary(0)]);
	});

	it.each(CALLERS)('reads local numbers with the Default Country: %s', async (caller) => {
		await run(caller, { doNotCall: '(415) 200-0001', defaultCountry: 'US' }, rows(3));
		expect(await reached()).toEqual([ordinary(0), ordinary(2)]);
	});

	it.each(CASES)(
		'calls nobody for an entry that cannot be read: %s, %s',
		async (...[caller, on]) => {
			const outcome = await run(caller, { doNotCall: `${ordinary(1)}\nMister X` }, rows(3), on);
			expect(await samora.sent()).toEqual([]);
			expect(said(outcome)).toContain('Do Not Call entry 2 "Mister X"');
		},
	);

	it.each(CASES)('refuses a local number read in several ways: %s, %s', async (caller, onError) => {
		const items = rows(2).map((row, n) => ({ ...row, country: ['US', 'DE'][n] }));
		const options = { doNotCall: '415 200 0001', defaultCountry: '={{ $json.country }}' };
		const outcome = await run(caller, options, items, onError);
		expect(await samora.sent()).toEqual([]);
		expect(said(outcome)).toContain("Default Country isn't the same for all rows");
	});

	it.each(CASES)(
		'calls nobody when the options cannot be evaluated: %s, %s',
		async (...[caller, on]) => {
			const doNotCall = '={{ $("Nowhere").all().map((row) => row.json.phone) }}';
			const outcome = await run(caller, { doNotCall }, rows(3), on);
			expect(await samora.sent()).toEqual([]);
			expect(said(outcome)).toContain("Referenced node doesn't exist");
		},
	);

	it.each(CASES)(
		'calls nobody when the first item has no list: %s, %s',
		async (...[caller, on]) => {
			const outcome = await run(caller, { doNotCall: '={{ $json.missing }}' }, rows(3), on);
			expect(await samora.sent()).toEqual([]);
			expect(said(outcome)).toContain('Do Not Call is an expression that returns nothing');
		},
	);
});

describe('Max Calls', () => {
	it.each(CASES)(
		'refuses a longer list and names both figures: %s, %s',
		async (caller, onError) => {
			const outcome = await run(caller, { maxCalls: 3 }, rows(4), onError);
			expect(await samora.sent()).toEqual([]);
			expect(said(outcome)).toContain('Max Calls is 3, but this run would call 4 people');
		},
	);

	it.each(CALLERS)(
		'counts neither repeats nor people on the Do Not Call list: %s',
		async (caller) => {
			const options = { maxCalls: 2, doNotCall: ordinary(2) };
			const { error } = await run(caller, options, [...rows(3), ...rows(2)]);
			expect(error).toBeUndefined();
			expect(await reached()).toEqual([ordinary(0), ordinary(1)]);
		},
	);

	it.each(CALLERS)('calls nobody when it is no number: %s', async (caller) => {
		const outcome = await run(caller, { maxCalls: 'ten' }, rows(1), 'continueRegularOutput');
		expect(await samora.sent()).toEqual([]);
		expect(said(outcome)).toContain('Max Calls');
	});
});

describe('Check Only', () => {
	const SHEET: IDataObject[] = [
		{ name: 'Ada', phone: '+1 415 200 0000' },
		{ name: 'Nobody', phone: 'n/a' },
		{ name: 'Grace', phone: '+442079460018' },
		{ name: 'Ada again', phone: ordinary(0) },
		{ name: 'Alan', phone: ordinary(3) },
		{ name: 'Ada once more', phone: ordinary(0) },
	];
	const looked = (item: number, to_number: string | null, reason?: unknown) => ({
		json: {
			would_call: reason === undefined,
			to_number,
			country: to_number === null ? null : countryOf(to_number),
			...(reason === undefined ? {} : { reason }),
		},
		pairedItem: { item },
	});
	const about = (words: string): unknown => expect.stringContaining(words);

	it.each(CASES)(
		'says of every item whether it would be called, and sends nothing: %s, %s',
		async (...[caller, on]) => {
			const options = { checkOnly: true, doNotCall: ordinary(3) };
			const { output, errorOutput, error } = await run(caller, options, SHEET, on);
			expect(error).toBeUndefined();
			expect(errorOutput).toEqual([]);
			expect(output).toEqual([
				looked(0, ordinary(0)),
				looked(1, null, about('To Number')),
				looked(2, '+442079460018'),
				looked(3, ordinary(0), about('is the number of item 0 too')),
				looked(4, ordinary(3), about('Do Not Call')),
				looked(5, ordinary(0), about('is the number of item 0 too')),
			]);
			expect(await samora.sent()).toEqual([]);
		},
	);

	it.each(CASES)('says what stands against the whole run: %s, %s', async (caller, onError) => {
		for (const [options, reason] of [
			[{ maxCalls: 1 }, 'Max Calls is 1, but this run would call 2 people'],
			[{ doNotCall: 'Mister X' }, 'Do Not Call entry 1 "Mister X"'],
			[{ maxCalls: 'ten' }, 'Max Calls'],
		] as const) {
			const { output, error } = await run(
				caller,
				{ checkOnly: true, ...options },
				[...rows(2), { phone: '' }],
				onError,
			);
			expect(error).toBeUndefined();
			expect(output).toEqual([
				looked(0, ordinary(0), about(reason)),
				looked(1, ordinary(1), about(reason)),
				looked(2, null, about('To Number')),
			]);
			expect(await samora.sent()).toEqual([]);
		}
	});

	it.each(CALLERS)(
		'shows the number of an item that is refused for something else: %s',
		async (caller) => {
			const { output } = await samora.run(
				{ ...parameters(caller, { checkOnly: true }), agentId: '={{ $json.agent }}' },
				[{ phone: ordinary(0), agent: 'none' }],
			);
			expect(output).toEqual([looked(0, ordinary(0), about('Agent ID'))]);
		},
	);

	it.each(CALLERS)('carries the fields of the input where that is chosen: %s', async (caller) => {
		const { output } = await run(caller, { checkOnly: true, includeInputFields: true }, SHEET);
		expect(output.map(({ json }) => json.name)).toEqual(SHEET.map(({ name }) => name));
	});

	it.each(['triggerCall', 'triggerAndWait', 'launch'] as const)(
		'shows the clock of each recipient, and who is outside the hours: %s',
		async (caller) => {
			const items = [{ phone: ordinary(0) }, { phone: '+442079460018' }, { phone: '' }];
			for (const outside of ['refuse', 'skip']) {
				const { output } = await run(caller, { checkOnly: true, ...closed({ outside }) }, items);
				expect(output.map(({ json }) => json.local_time)).toEqual([
					expect.stringMatching(/^\w{3} \d\d:\d\d in America\/Los_Angeles$/),
					expect.stringMatching(/^\w{3} \d\d:\d\d in Europe\/London$/),
					undefined,
				]);
				expect(output[0].json.reason).toContain('outside the calling hours');
				expect(output[1].json).toMatchObject({ would_call: false, to_number: '+442079460018' });
			}
			const { output } = await run(caller, { checkOnly: true, ...open() }, items.slice(0, 2));
			expect(output.map(({ json }) => json.would_call)).toEqual([true, true]);
			expect(await samora.sent()).toEqual([]);
		},
	);

	it.each([true, 'true', 'TRUE', 'yes', 1, ''])(
		'calls nobody when an expression gives %j',
		async (dry) => {
			for (const caller of CALLERS) {
				await run(caller, { checkOnly: '={{ $json.dry }}' }, [{ phone: ordinary(0), dry }]);
				expect(await samora.sent()).toEqual([]);
			}
		},
	);

	it.each([false, 'false', 'no', 0])('calls when an expression gives %j', async (dry) => {
		await run('triggerCall', { checkOnly: '={{ $json.dry }}' }, [{ phone: ordinary(0), dry }]);
		expect(await reached()).toEqual([ordinary(0)]);
	});
});

describe('Calling Hours by the clock of the recipient', () => {
	it.each(['triggerCall', 'triggerAndWait'] as const)(
		'refuse or skip calls outside them: %s',
		async (caller) => {
			const refused = await run(caller, closed(), rows(2));
			expect(stopOf(refused).message).toMatch(/^2 of 2 rows .*outside the Calling Hours/);
			const skipped = await run(caller, closed({ outside: 'skip' }), rows(1));
			expect(skipped.output[0].json).toMatchObject({
				name: 'Person 0',
				to_number: ordinary(0),
				skipped: true,
				reason: expect.stringMatching(/in America\/Los_Angeles/),
			});
			expect(await reached()).toEqual([]);
		},
	);

	it.each(['triggerCall', 'triggerAndWait', 'launch'] as const)(
		'let people be called within them: %s',
		async (caller) => {
			await run(caller, open(), rows(2));
			expect(await reached()).toEqual([ordinary(0), ordinary(1)]);
		},
	);

	const campaigns = async () =>
		(await samora.control.campaigns()).filter(({ id }) => !world.campaigns.includes(id));

	it.each(ON_ERROR)('leave a draft that a retry starts within them: %s', async (onError) => {
		const first = await run('launch', closed(), rows(2), onError);
		expect((await campaigns()).map(({ status }) => status)).toEqual(['DRAFT']);
		expect(said(first)).toContain(
			'was created, 2 of 2 recipients are in it (items 0–1), it was not started',
		);
		if (onError !== 'stopWorkflow') return;
		expect(stopOf(first).description).toContain('The campaign is a draft that calls nobody');
		const node = samoraNode(parameters('launch', open()));
		const nodes = [passOnNode('Before'), node];
		const second = await retryExecution(first.run, nodes, CONNECTIONS, samora.credential, 'Samora');
		expect(second.error).toBeUndefined();
		expect((await campaigns()).map(({ status }) => status)).toEqual(['IN_PROGRESS']);
		expect(await reached()).toEqual([ordinary(0), ordinary(1)]);
	});

	it.each(ON_ERROR)('leave a draft that is skipped, and say so: %s', async (onError) => {
		const items = rows(2);
		const { output, error } = await run('launch', closed({ outside: 'skip' }), items, onError);
		expect(error).toBeUndefined();
		const [draft] = await campaigns();
		expect(draft.status).toBe('DRAFT');
		for (const [item, { json }] of output.entries()) {
			expect(json).toMatchObject({
				...items[item],
				campaign_id: draft.id,
				skipped: true,
				reason: expect.stringMatching(/it was not started: .*outside the calling hours/),
			});
		}
	});

	it('start no campaign outside the hours of one of its recipients', async () => {
		const { output } = await run('launch', { checkOnly: true, ...closed() }, rows(2));
		expect(output.every(({ json }) => json.would_call === false)).toBe(true);
	});

	it.each(ON_ERROR)('keep Campaign: Start from starting outside them: %s', async (onError) => {
		const api = new ApiClient(samora.sandbox);
		const campaign = await api.campaign({ name: 'Later' });
		await campaign.add(ordinary(0));
		const start = async (options: object) =>
			await samora.run(
				parametersOf('startCampaign', world, {
					campaignId: byId(campaign.id),
					options: { ...options },
				}),
				[{ name: 'Later' }],
				{ onError },
			);
		expect(said(await start(closed({ timezone: 'UTC' })))).toContain('outside the calling hours');
		const skipped = await start(closed({ timezone: 'UTC', outside: 'skip' }));
		expect(skipped.output[0].json).toMatchObject({
			name: 'Later',
			campaign_id: campaign.id,
			skipped: true,
		});
		expect(said(await start(open()))).toContain("doesn't know whom the campaign calls");
		expect(await samora.sent()).toEqual([]);
		await start(open({ timezone: 'UTC' }));
		expect(await samora.sent({ operationId: 'startCampaign' })).toHaveLength(1);
	});
});

describe('the fields of the input', () => {
	/** Fields that n8n, or the node, gives a meaning of its own. */
	const items: IDataObject[] = [
		{ phone: ordinary(0), name: 'Ada', error: 'from the sheet' },
		{ phone: 'n/a', name: 'Nobody', error: 'from the sheet' },
		{ phone: ordinary(0), name: 'Ada again', error: 'from the sheet' },
	];

	it.each(CALLERS)('are beside every result where that is chosen: %s', async (caller) => {
		for (const onError of ['continueRegularOutput', 'continueErrorOutput'] as const) {
			const { output, errorOutput } = await run(
				caller,
				{ includeInputFields: true },
				items,
				onError,
			);
			const all = [...output, ...errorOutput].sort(
				(one, other) => Number(paired(one)) - Number(paired(other)),
			);
			expect(all.map(({ json }) => json.name)).toEqual(['Ada', 'Nobody', 'Ada again']);
			expect(all[0].json).toMatchObject({ to_number: ordinary(0), error: 'from the sheet' });
			expect(all[1].json.error).toContain('To Number');
			expect(all[2].json).toMatchObject({ skipped: true, to_number: ordinary(0) });
		}
	});

	it.each(CALLERS)(
		'are beside what is skipped or refused, and beside nothing else: %s',
		async (caller) => {
			const { output } = await run(caller, {}, items, 'continueRegularOutput');
			expect(output.map(({ json }) => json.name)).toEqual([undefined, 'Nobody', 'Ada again']);
		},
	);

	it.each(CALLERS)('are beside what did not go through: %s', async (caller) => {
		await samora.control.addFault({ kind: '403', times: null });
		const { output } = await run(caller, {}, rows(2), 'continueRegularOutput');
		expect(output.map(({ json }) => [json.name, typeof json.error])).toEqual([
			['Person 0', 'string'],
			['Person 1', 'string'],
		]);
	});

	it.each(['addCampaignRecipients', 'launch'] as const)(
		'are in a summary, for those left out: %s',
		async (caller) => {
			const { output } = await run(caller, { output: 'summary', doNotCall: ordinary(1) }, rows(2));
			expect(output[0].json.skipped_items).toEqual([
				{
					item: 1,
					name: 'Person 1',
					phone: ordinary(1),
					to_number: ordinary(1),
					reason: expect.stringContaining('Do Not Call'),
				},
			]);
		},
	);
});

const paired = ({ pairedItem }: { pairedItem?: unknown }) => (pairedItem as { item: number }).item;

describe('a sheet of 30 messy rows', () => {
	const BAD = ['n/a', '', '-', '415 200 1000', '(415) 200-1001', '4.15E+09', 'call me', '+1 415'];
	const items = [
		...rows(8),
		...Array.from({ length: 22 }, (_, n) => ({ name: `Bad ${n}`, phone: BAD[n % BAD.length] })),
	];

	it.each(CALLERS)('is refused in one message of a few hundred characters: %s', async (caller) => {
		const outcome = await run(caller, {}, items);
		const { message } = stopOf(outcome);
		// n8n's editor would write the number of one item behind the message.
		expect((outcome.error?.context as IDataObject).itemIndex).toBeUndefined();
		expect(message).toMatch(/^22 of 30 rows can't be used, so nobody was called: /);
		expect(message).toMatch(
			/rows have no country code \(rows [\d, –and]+\): choose a Default Country/,
		);
		expect(message.length).toBeLessThan(500);
		expect(await samora.sent()).toEqual([]);
	});
});

describe('calls at a time', () => {
	/** Magic numbers that are answered, and are over after nine virtual seconds. */
	const answered = Array.from({ length: 4 }, (_, n) => ({ phone: `+1415${n + 2}550100` }));

	const waiting = (options: object) =>
		parametersOf('triggerAndWait', world, {
			toNumber: '={{ $json.phone }}',
			wait: { pollInterval: 0.1, timeout: 10 },
			options: { ...options },
		});

	const placed = async () =>
		(await samora.control.calls()).filter(({ id }) => !world.calls.includes(id) && id !== '');
	const requested = async () => await samora.sent({ operationId: 'triggerCall', bodies: true });

	/** Moves the clock on until the run is over. */
	async function untilOver<Result>(running: Promise<Result>): Promise<Result> {
		let isOver = false;
		const over = running.finally(() => (isOver = true));
		await samora.control.until(
			async () => {
				if (!isOver) await samora.control.advance(1);
				return isOver;
			},
			{ timeoutMs: 25_000 },
		);
		return await over;
	}

	it.each([1, 2])('are at most %i with Max Ongoing Calls, and all are placed', async (most) => {
		const { output, error } = await untilOver(
			samora.run(waiting({ maxOngoingCalls: most }), answered),
		);
		expect(error).toBeUndefined();
		expect(output.map(({ json }) => json.outcome)).toEqual(answered.map(() => 'finished'));
		const calls = (await placed()).filter(({ campaign_id }) => campaign_id === null);
		expect(calls.map(({ to_number }) => to_number).sort()).toEqual(
			answered.map(({ phone }) => phone),
		);
		for (const { created_at: at } of calls) {
			const going = calls.filter(
				({ created_at, ended_at }) => created_at <= at && String(ended_at) > at,
			);
			expect(going.length).toBeLessThanOrEqual(most);
		}
	});

	it.each([
		['before the request is given up', 2],
		['after that', 5],
	])('wait for one to end when Samora takes no more: it ends %s', async (_, requests) => {
		// The first call is taken; the second is refused as often as a request is sent by itself.
		await samora.control.addFault({
			kind: '429',
			operationId: 'triggerCall',
			match: answered[1].phone,
			times: 4,
		});
		const running = samora.run(waiting({ maxConcurrency: 1 }), answered.slice(0, 2));
		await samora.control.until(async () => (await requested()).length === requests, {
			timeoutMs: 20_000,
		});
		const { output, error } = await untilOver(running);
		expect(error).toBeUndefined();
		expect(output.map(({ json }) => json.outcome)).toEqual(['finished', 'finished']);
		const [first, second] = (await placed()).filter(({ campaign_id }) => campaign_id === null);
		expect(String(second.created_at) >= String(first.ended_at)).toBe(true);
		expect(await requested()).toHaveLength(6);
	});
});
