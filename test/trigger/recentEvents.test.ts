import { once } from 'node:events';
import {
	createServer,
	request,
	type ClientRequest,
	type Server,
	type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

import { RecentEvents } from '../../nodes/SamoraTrigger/registration/recentEvents';

let server: Server;
const clients: ClientRequest[] = [];

beforeAll(async () => {
	server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
});

afterAll(async () => {
	for (const client of clients) client.destroy();
	server.close();
	await once(server, 'close');
});

/** A delivery that waits for its answer. */
async function delivery(): Promise<{ answer: ServerResponse; sender: ClientRequest }> {
	const arrived = once(server, 'request') as Promise<[unknown, ServerResponse]>;
	const { port } = server.address() as AddressInfo;
	const sender = request({ port, host: '127.0.0.1', method: 'POST' }).end();
	sender.on('error', () => {});
	clients.push(sender);
	const [, answer] = await arrived;
	return { answer, sender };
}

async function answered(status: number): Promise<ServerResponse> {
	const { answer } = await delivery();
	await sendAnswer(answer, status);
	return answer;
}

async function sendAnswer(answer: ServerResponse, status: number): Promise<void> {
	const closed = once(answer, 'close');
	answer.writeHead(status).end();
	await closed;
}

async function claimAndAnswer(memory: RecentEvents, key: string, status: number) {
	const { answer } = await delivery();
	const verdict = await memory.claim(key, answer);
	await sendAnswer(answer, status);
	return verdict;
}

it('knows an event once n8n has accepted it', async () => {
	const memory = new RecentEvents();
	expect(await claimAndAnswer(memory, 'event', 200)).toBe('first');
	expect(await claimAndAnswer(memory, 'event', 200)).toBe('accepted');
	expect(await claimAndAnswer(memory, 'other', 200)).toBe('first');
});

it('forgets an event that n8n could not accept, so that the next delivery starts the workflow', async () => {
	const memory = new RecentEvents();
	expect(await claimAndAnswer(memory, 'event', 500)).toBe('first');
	expect(await claimAndAnswer(memory, 'event', 404)).toBe('first');
	expect(await claimAndAnswer(memory, 'event', 200)).toBe('first');
	expect(await claimAndAnswer(memory, 'event', 200)).toBe('accepted');
});

it('lets a copy wait until it is known what becomes of the first', async () => {
	const memory = new RecentEvents();
	const first = await delivery();
	expect(await memory.claim('event', first.answer)).toBe('first');

	const copy = await delivery();
	let verdict: string | undefined;
	const claimed = memory.claim('event', copy.answer).then((given) => (verdict = given));
	await answered(200);
	expect(verdict).toBeUndefined();

	await sendAnswer(first.answer, 200);
	expect(await claimed).toBe('accepted');
});

it('gives the place of a first that n8n did not accept to one waiting copy, not to several', async () => {
	const memory = new RecentEvents();
	const first = await delivery();
	await memory.claim('event', first.answer);
	const copies = [await delivery(), await delivery(), await delivery()];
	const verdicts = Promise.all(
		copies.map(async ({ answer }) => {
			const verdict = await memory.claim('event', answer);
			await sendAnswer(answer, 200);
			return verdict;
		}),
	);
	await sendAnswer(first.answer, 500);
	expect((await verdicts).sort()).toEqual(['accepted', 'accepted', 'first']);
});

it('cannot tell about a first whose sender hung up, until n8n has finished it', async () => {
	const memory = new RecentEvents();
	const first = await delivery();
	await memory.claim('event', first.answer);
	const closed = once(first.answer, 'close');
	first.sender.destroy();
	await closed;
	expect(await claimAndAnswer(memory, 'event', 503)).toBe('undecided');

	first.answer.writeHead(200).end();
	expect(await claimAndAnswer(memory, 'event', 200)).toBe('accepted');
});

it('remembers twice as many as it stores and no more, the oldest goes first', async () => {
	const memory = new RecentEvents(2);
	for (const key of ['a', 'b', 'c', 'd', 'e']) await claimAndAnswer(memory, key, 200);
	expect(await claimAndAnswer(memory, 'b', 200)).toBe('accepted');
	expect(await claimAndAnswer(memory, 'e', 200)).toBe('accepted');
	expect(await claimAndAnswer(memory, 'a', 200)).toBe('first');
});

describe('what is stored of it', () => {
	it('is known to another memory that reads it', async () => {
		const memory = new RecentEvents();
		await claimAndAnswer(memory, 'one', 200);
		const another = new RecentEvents();
		another.recall(memory.storedWith('two')());
		expect(await claimAndAnswer(another, 'one', 200)).toBe('accepted');
		expect(await claimAndAnswer(another, 'two', 200)).toBe('accepted');
		expect(await claimAndAnswer(another, 'three', 200)).toBe('first');
	});

	it('leaves out what n8n has not accepted', async () => {
		const memory = new RecentEvents();
		await claimAndAnswer(memory, 'refused', 500);
		const { answer } = await delivery();
		await memory.claim('on its way', answer);
		const another = new RecentEvents();
		another.recall(memory.storedWith('accepted')());
		expect(await claimAndAnswer(another, 'refused', 200)).toBe('first');
		expect(await claimAndAnswer(another, 'on its way', 200)).toBe('first');
	});

	it('has what somebody else overwrote again the next time', async () => {
		const memory = new RecentEvents();
		await claimAndAnswer(memory, 'one', 200);
		memory.recall(new RecentEvents().storedWith('of another process')());
		const another = new RecentEvents();
		another.recall(memory.storedWith('two')());
		for (const event of ['one', 'two', 'of another process']) {
			expect(await claimAndAnswer(another, event, 200)).toBe('accepted');
		}
	});

	it('is read again when somebody else wrote it, and not when it is what this memory gave', async () => {
		const memory = new RecentEvents();
		const own = memory.storedWith('failed')();
		memory.recall(own);
		expect(await claimAndAnswer(memory, 'failed', 500)).toBe('first');
		memory.recall(new RecentEvents().storedWith('of another process')());
		expect(await claimAndAnswer(memory, 'of another process', 200)).toBe('accepted');
	});

	it('does not grow beyond what is remembered, through any number of processes', () => {
		let stored = '';
		for (const event of ['one', 'two', 'three', 'four', 'five']) {
			const memory = new RecentEvents(3);
			memory.recall(stored);
			stored = memory.storedWith(event)();
		}
		expect(stored.split(' ')).toHaveLength(3);
	});

	it.each([undefined, null, 7, {}, ''])('may be anything (%p)', async (stored) => {
		const memory = new RecentEvents();
		memory.recall(stored);
		expect(await claimAndAnswer(memory, 'event', 200)).toBe('first');
	});
});
