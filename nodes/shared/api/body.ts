import { parseJson } from './json';

/** More than any answer of the API has, in bytes. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** The code of the error for an answer that is larger. */
export const TOO_LARGE = 'ERR_ANSWER_TOO_LARGE';

export const tooLarge = (): Error =>
	Object.assign(new Error('The answer is too large'), { code: TOO_LARGE });

/** A stream of Node.js, as far as it matters here. */
export interface ByteStream extends AsyncIterable<Uint8Array> {
	destroy(): void;
}

/**
 * Reads an answer's body from its stream: parsed where it is JSON, else the text. n8n passes no limit of its own on.
 *
 * @throws Error with the code TOO_LARGE
 */
export async function readBody(stream: ByteStream | string): Promise<unknown> {
	// n8n gives an answer without a body as text.
	if (typeof stream === 'string') return parsed(stream);
	const chunks: Buffer[] = [];
	let length = 0;
	for await (const chunk of stream) {
		const bytes = Buffer.from(chunk);
		length += bytes.length;
		if (length > MAX_ANSWER_BYTES) {
			stream.destroy();
			throw tooLarge();
		}
		chunks.push(bytes);
	}
	return parsed(Buffer.concat(chunks).toString('utf8'));
}

function parsed(text: string): unknown {
	try {
		return parseJson(text);
	} catch {
		return text;
	}
}
