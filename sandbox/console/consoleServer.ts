import type { IncomingMessage, ServerResponse } from 'node:http';
import { recordingOf } from '../files/recording';
import { transcriptOf } from '../files/transcript';
import { type Answer, json, send } from '../http/answers';
import { isFromForeignPage } from '../http/loopback';
import { durationOf } from '../state/calls';
import type { World } from '../world';
import { Feed } from './feed';
import { type BundledPage, bundlePage } from './pageFiles';

export const CONSOLE_PATH = '/_sandbox/console';

/** The page can't load anything from other hosts, and other pages can't embed it. */
const HEADERS = {
	'content-security-policy':
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; " +
		"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'no-referrer',
	'cache-control': 'no-store',
};

let bundling: Promise<BundledPage> | undefined;

/** Serves the console's page, its updates, and calls' files. The page uses the control API for everything else. */
export class ConsoleServer {
	readonly #feed: Feed;

	constructor(private readonly world: () => World) {
		this.#feed = new Feed(world);
	}

	async serve(req: IncomingMessage, res: ServerResponse, url: URL) {
		if (isFromForeignPage(req) || req.method !== 'GET') {
			await send(res, json(403, { message: 'The console serves its own page only' }));
			return;
		}
		const path = url.pathname.slice(CONSOLE_PATH.length).replace(/^\//, '');
		if (path === 'events') {
			this.#feed.open(res);
			return;
		}
		const { status, headers, body } = this.#callFile(path) ?? (await pageFile(path));
		await send(res, { status, headers: { ...HEADERS, ...headers }, body });
	}

	/** Doesn't use the file origin, so that playing a recording isn't in the journal and uses up no fault. */
	#callFile(path: string): Answer | undefined {
		const [, id, kind] = /^calls\/([^/]+)\/(recording|transcript)$/.exec(path) ?? [];
		if (!kind) return undefined;
		const { calls, clock } = this.world();
		const call = calls.find(id);
		if (!call || call.files_at === null || call.files_at > clock.now()) {
			return json(404, { message: 'This call has no such file' });
		}
		return kind === 'recording' ? recordingOf(durationOf(call) ?? 0) : transcriptOf(call);
	}
}

async function pageFile(name: string): Promise<Answer> {
	bundling ??= bundlePage();
	const file = (await bundling).files.get(name);
	if (!file) return json(404, { message: 'No such file' });
	return { status: 200, headers: { 'content-type': file.type }, body: file.body };
}
