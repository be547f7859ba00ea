import type { IDataObject, INodeExecutionData, NodeParameterValueType } from 'n8n-workflow';
import { stringify } from 'flatted';

import {
	startSandbox,
	type JournalEntry,
	type JournalFilter,
	type Sandbox,
	type SandboxControl,
	type SandboxOptions,
} from '../../sandbox';
import {
	runNode,
	samoraNode,
	type NodeSettings,
	type Outcome,
	type SamoraCredential,
} from './engine';

export type Parameters = Record<string, NodeParameterValueType>;

/** A sandbox for the tests of one file, and the node that is run against it. */
export class SandboxRuns {
	private started?: Sandbox;

	/** The journal's last entry before the run: what came earlier was the test's own doing. */
	private seen = 0;

	/** @param kept whether the sandbox stays as it is from one test to the next, instead of being as new for each */
	constructor(
		private readonly options: SandboxOptions = {},
		{ kept = false } = {},
	) {
		// The clock stands still unless a test moves it, so that a call is what it was when it was placed.
		beforeAll(async () => {
			this.started = await startSandbox({ speed: 0, checkAnswers: true, ...this.options });
		});
		afterAll(async () => await this.sandbox.stop());
		beforeEach(async () => {
			if (kept) return;
			await this.control.reset();
			this.seen = 0;
		});
	}

	get sandbox(): Sandbox {
		if (!this.started) throw new Error('The sandbox starts before the first test');
		return this.started;
	}

	get control(): SandboxControl {
		return this.sandbox.control;
	}

	get credential(): SamoraCredential {
		return { apiKey: this.sandbox.apiKey, baseUrl: this.sandbox.url };
	}

	async run(
		parameters: Parameters,
		items: IDataObject[] = [{}],
		settings: NodeSettings = {},
		credential: Record<string, string> = {},
	): Promise<Outcome> {
		const earlier = await this.control.journal({ bodies: false, after: this.seen });
		this.seen = earlier.at(-1)?.seq ?? this.seen;
		return await runWatched(parameters, items, settings, { ...this.credential, ...credential });
	}

	/** What the latest run sent, in order of arrival. */
	async sent(filter: Pick<JournalFilter, 'operationId' | 'method' | 'bodies'> = {}) {
		return await this.control.journal({ ...filter, after: this.seen });
	}
}

/** Runs the node, and looks at whatever it gives for what must never be in it. */
export async function runWatched(
	parameters: Parameters,
	items: IDataObject[],
	settings: NodeSettings,
	credential: SamoraCredential,
): Promise<Outcome> {
	const outcome = await runNode(
		samoraNode(parameters, settings),
		items.map((json): INodeExecutionData => ({ json })),
		credential,
	);
	expectNoKeyIn(outcome, credential.apiKey);
	expectKindWordsIn(outcome);
	return outcome;
}

/** What a request asked for, without what differs from one run to the next. */
export const asked = ({ method, path, query, body }: JournalEntry) => ({
	method,
	path,
	query,
	body,
});

/** The items as their content and the input item each belongs to. */
export const paired = (items: INodeExecutionData[]) =>
	items.map(({ json, pairedItem }) => ({ json, pairedItem }));

/** What the node stopped with. */
export function stopOf({ error }: Outcome): { message: string; description: string } {
	if (!error) throw new Error('The node did not stop');
	return { message: error.message, description: error.description ?? '' };
}

/** Everything that n8n would save of a run is searched, whatever the run was about. */
function expectNoKeyIn({ run }: Outcome, apiKey: string): void {
	expect(stringify(run)).not.toContain(apiKey.trim());
}

/** What the sandbox says and what n8n calls its settings: the node quotes both. */
const QUOTED = ['Internal server error', 'On Error'];

/** n8n's rule for what people read. */
function expectKindWordsIn(outcome: Outcome): void {
	for (const sentence of sentencesIn(outcome)) {
		const ours = QUOTED.reduce((text, words) => text.replaceAll(words, ''), sentence);
		expect(ours).not.toMatch(/\b(error|problem|failure|mistake)s?\b/i);
	}
}

function sentencesIn({ error, output, errorOutput }: Outcome): string[] {
	const items = [...output, ...errorOutput].flatMap(({ json: { error: message, details } }) => [
		message,
		(details as IDataObject | undefined)?.description,
	]);
	return [error?.message, error?.description, ...items].filter(
		(sentence) => typeof sentence === 'string',
	);
}
