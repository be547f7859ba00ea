import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { cutOff } from '../../nodes/shared/call/callFiles';

const KIB = 1024;
const LIMIT = 10 * KIB;

/** A file that comes in pieces, each later than the one before. */
const file = (bytes: number): Readable =>
	Readable.from(
		(async function* () {
			for (let left = bytes; left > 0; left -= KIB) {
				await new Promise(setImmediate);
				yield Buffer.alloc(Math.min(left, KIB), 'x');
			}
		})(),
		{ objectMode: false },
	);

const READERS: Record<string, (body: Readable) => Promise<number>> = {
	'by its pieces': async (body) => {
		let length = 0;
		for await (const chunk of body) length += (chunk as Buffer).length;
		return length;
	},
	'by a pipeline': async (body) => {
		let length = 0;
		await pipeline(
			body,
			new Writable({
				write(chunk: Buffer, _encoding, done) {
					length += chunk.length;
					done();
				},
			}),
		);
		return length;
	},
	'by its events': async (body) =>
		await new Promise((resolve, reject) => {
			let length = 0;
			body.on('data', (chunk: Buffer) => (length += chunk.length));
			body.on('end', () => resolve(length));
			body.on('error', reject);
		}),
};

describe.each(Object.keys(READERS))('a file that n8n reads %s', (reader) => {
	it('comes whole, also when n8n begins to read it a while later', async () => {
		const body = file(LIMIT);
		cutOff(body, LIMIT);
		await new Promise((resolve) => setTimeout(resolve, 20));
		expect(await READERS[reader](body)).toBe(LIMIT);
	});

	it('ends when it is larger than it may be', async () => {
		const body = file(LIMIT + 1);
		cutOff(body, LIMIT);
		await expect(READERS[reader](body)).rejects.toMatchObject({ code: 'ERR_ANSWER_TOO_LARGE' });
		expect(body.destroyed).toBe(true);
	});
});
