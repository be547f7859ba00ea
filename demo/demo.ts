import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { MAGIC_NUMBERS } from '../sandbox';
import { installProgressOn } from '../tools/n8n/installProgress';
import { describe, loggedEvents } from './callLog';
import { rehearse } from './rehearsal';
import { OWNER, putUpStage, SANDBOX_SPEED, type Stage } from './stage';
import { bringChanges, RELOADING_N8N } from './watching';

const USAGE = `npm run demo             n8n with the Samora nodes and two workflows, ready to be tried
npm run demo -- --once   the same without a person: one lead, one call, one outcome; says how it went
npm run dev              the demo for those who change the nodes: n8n shows a change as soon as it is saved`;

const interruption = new AbortController();

function say(line: string) {
	console.log(`${new Date().toTimeString().slice(0, 8)}  ${line}`);
}

async function main(): Promise<number> {
	const { values } = parseArgs({
		options: {
			once: { type: 'boolean' },
			watch: { type: 'boolean' },
			help: { type: 'boolean' },
		},
	});
	if (values.help) {
		console.log(USAGE);
		return 0;
	}
	listenForInterruption();

	const takeDown: Array<() => Promise<void>> = [];
	let exitCode = 1;
	try {
		const stage = await putUpStage(
			{
				say,
				onInstallProgress: installProgressOn(process.stdout),
				signal: interruption.signal,
				env: values.watch ? RELOADING_N8N : undefined,
			},
			takeDown,
		);
		if (values.watch) {
			const stopWatching = bringChanges(stage.n8n, say);
			takeDown.push(async () => stopWatching());
		}
		if (values.once) {
			await rehearse(stage, say, interruption.signal);
		} else {
			console.log(welcome(stage));
			await narrate(stage);
		}
		exitCode = 0;
	} catch (error) {
		if (interruption.signal.aborted) exitCode = 130;
		else console.error(`\nThe demo did not work: ${sentence(error)}`);
	}

	const clean = await takeAllDown(takeDown);
	if (!clean) return 1;
	say('No process and no webhook is left behind');
	if (values.once && exitCode === 0) say('The outcome arrived: the demo works');
	return exitCode;
}

/** The first interruption ends the demo in good order, a later one at once. */
function listenForInterruption() {
	let interruptedAt = 0;
	function interrupt() {
		if (interruption.signal.aborted) {
			// One Ctrl-C can come twice: from the terminal, and passed on by whoever started this.
			if (Date.now() - interruptedAt > 1_000) process.exit(130);
			return;
		}
		interruptedAt = Date.now();
		console.log();
		say('Ending in good order (Ctrl-C again to end at once)');
		interruption.abort();
	}

	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);

	// npm's shell does not pass a signal on: when it is ended, this process only loses its parent.
	if (process.env.npm_lifecycle_event) {
		const { ppid } = process;
		const watch = setInterval(() => {
			if (process.ppid === ppid) return;
			clearInterval(watch);
			interrupt();
		}, 500);
		watch.unref();
	}
}

async function takeAllDown(takeDown: Array<() => Promise<void>>): Promise<boolean> {
	let clean = true;
	for (const step of takeDown.reverse()) {
		try {
			await step();
		} catch (error) {
			clean = false;
			console.error(`While ending: ${sentence(error)}`);
		}
	}
	return clean;
}

/** Says what happens until the person ends the demo. */
async function narrate(stage: Stage): Promise<void> {
	let told = 0;
	while (!interruption.signal.aborted) {
		if (!stage.n8n.running) throw new Error('n8n ended by itself');
		const events = await loggedEvents(stage);
		for (const event of events.slice(told)) say(describe(event));
		told = events.length;
		await pause(1_000, undefined, { signal: interruption.signal }).catch(() => undefined);
	}
}

function welcome({ n8n, formUrl, callsTableUrl }: Stage): string {
	const worthTrying = MAGIC_NUMBERS.filter(({ ending }) => ending <= '10').map(
		({ ending, meaning }) => `    +141555501${ending}  ${meaning}`,
	);
	return `
  n8n          ${n8n.url}
  Sign in      ${OWNER.email}  /  ${OWNER.password}
  The form     ${formUrl}
  The outcomes ${callsTableUrl}

  1. Open the form, leave a name and the number +14155550100: a Samora agent "calls" it.
  2. Sign in to n8n and open the workflow "Log call outcomes", tab Executions: the call starts and ends.
  3. Look at the data table: who was called, what came of it, where to listen to it.

  A sandbox stands in for Samora, so nobody's phone rings. Its clock runs ${SANDBOX_SPEED} times as fast, and the
  number decides what happens:
${worthTrying.join('\n')}

  Ctrl-C ends it all. What happens meanwhile:
`;
}

function sentence(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

main().then(
	(exitCode) => process.exit(exitCode),
	(error: unknown) => {
		console.error(sentence(error));
		process.exit(1);
	},
);
