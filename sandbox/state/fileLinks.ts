import { createHmac, randomBytes } from 'node:crypto';

export type FileKind = 'recording' | 'transcript';

/** Named as in the samples of the API reference. The Content-Type says what the files really contain. */
const FILE_NAMES: Record<FileKind, string> = {
	recording: 'recording.mp3',
	transcript: 'transcript.pdf',
};

const VALID_MINUTES = 60;

export type LinkCheck =
	{ ok: true; callId: string; kind: FileKind } | { ok: false; code: string; message: string };

/** Presigned URLs like those of an object store: anyone with the URL can download the file for 60 virtual minutes. */
export class FileLinks {
	readonly #key = randomBytes(32);

	constructor(private readonly filesUrl: string) {}

	sign(callId: string, kind: FileKind, at: number): string {
		const path = `/samora-calls/${callId}/${FILE_NAMES[kind]}`;
		const issued = String(at);
		const query = new URLSearchParams({
			'X-Amz-Date': issued,
			'X-Amz-Expires': String(VALID_MINUTES * 60),
			'X-Amz-Signature': this.#signature(path, issued),
		});
		return `${this.filesUrl}${path}?${query}`;
	}

	check(url: URL, now: number): LinkCheck {
		const [, bucket, callId, name] = url.pathname.split('/');
		const issued = url.searchParams.get('X-Amz-Date') ?? '';
		const signature = url.searchParams.get('X-Amz-Signature') ?? '';
		const kind = name === FILE_NAMES.recording ? 'recording' : 'transcript';
		if (bucket !== 'samora-calls' || signature !== this.#signature(url.pathname, issued)) {
			return {
				ok: false,
				code: 'SignatureDoesNotMatch',
				message: 'The request signature does not match.',
			};
		}
		if (now >= Number(issued) + VALID_MINUTES * 60_000) {
			return { ok: false, code: 'AccessDenied', message: 'Request has expired' };
		}
		return { ok: true, callId, kind };
	}

	#signature(path: string, issued: string) {
		return createHmac('sha256', this.#key).update(`GET\n${path}\n${issued}`).digest('hex');
	}
}
