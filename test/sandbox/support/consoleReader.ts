import { type Sandbox, until } from '../../../sandbox';
import type { ConsoleUpdate } from '../../../sandbox/console/update';

/** Reads the updates that the console's page gets. */
export class ConsoleReader {
	/** Everything received so far. */
	text = '';
	#taken = 0;

	private constructor(private readonly abort: AbortController) {}

	static async open({ consoleUrl }: Sandbox): Promise<ConsoleReader> {
		const reader = new ConsoleReader(new AbortController());
		const response = await fetch(`${consoleUrl}/events`, { signal: reader.abort.signal });
		if (!response.ok || !response.body) throw new Error(`The events: ${response.status}`);
		void reader.#read(response.body);
		return reader;
	}

	/** The next update that matches. Skips those before it. */
	async next(is: (update: ConsoleUpdate) => boolean): Promise<ConsoleUpdate> {
		return await until(() => {
			const { updates } = this;
			const found = updates.findIndex((update, n) => n >= this.#taken && is(update));
			if (found < 0) return undefined;
			this.#taken = found + 1;
			return updates[found];
		});
	}

	/** All updates so far. */
	get updates(): ConsoleUpdate[] {
		return Array.from(
			this.text.matchAll(/^data: (.*)\n\n/gm),
			([, data]) => JSON.parse(data) as ConsoleUpdate,
		);
	}

	close() {
		this.abort.abort();
	}

	async #read(body: ReadableStream<Uint8Array>) {
		const decoder = new TextDecoder();
		try {
			for await (const chunk of body) this.text += decoder.decode(chunk, { stream: true });
		} catch (error) {
			if (!this.abort.signal.aborted) throw error;
		}
	}
}
