import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { MAGIC_NUMBERS } from '../sandbox';
import { installProgressOn } from '../tools/n8n/install/installProgress';
import { describe, loggedCalls } from './callLog';
import { rehearse } from './rehearsal';
import { putUpStage, SANDBOX_SPEED, type Stage } from './stage';
import { bringChanges, RELOADING_N8N } from './watching';

const USAGE = `npm run demo             Starts n8n with the Samora nodes and three workflows
npm run demo -- --once   Runs the demo unattended: one lead, one call, one outcome, and one campaign
npm run dev              Starts the demo, rebuilds the nodes when you save a file, and reloads them in n8n`;

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
		else console.error(`\nThe demo failed: ${messageOf(error)}`);
	}

	const clean = await takeAllDown(takeDown);
	if (!clean) return 1;
	say('Stopped all processes and removed all webhooks');
	if (values.once && exitCode === 0) say('The outcomes arrived. The demo works');
	return exitCode;
}

/** The first interruption stops the demo cleanly, a second one immediately. */
function listenForInterruption() {
	let interruptedAt = 0;
	function interrupt() {
		if (interruption.signal.aborted) {
			// One Ctrl-C can arrive twice: from the terminal, and forwarded by the parent process.
			if (Date.now() - interruptedAt > 1_000) process.exit(130);
			return;
		}
		interruptedAt = Date.now();
		console.log();
		say('Stopping (press Ctrl-C again to stop immediately)');
		interruption.abort();
	}

	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);

	// npm's shell doesn't forward signals: when it ends, this process only loses its parent.
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
			console.error(`Could not stop everything: ${messageOf(error)}`);
		}
	}
	return clean;
}

/** Prints each call that has ended until the user stops the demo. */
async function narrate(stage: Stage): Promise<void> {
	let reported = 0;
	while (!interruption.signal.aborted) {
		if (!stage.n8n.running) throw new Error('n8n exited unexpectedly');
		const calls = await loggedCalls(stage);
		for (const call of calls.slice(reported)) say(describe(call));
		reported = calls.length;
		await pause(1_000, undefined, { signal: interruption.signal }).catch(() => undefined);
	}
}

function welcome({ n8n, owner, sandbox, formUrl, callsTableUrl }: Stage): string {
	const worthTrying = MAGIC_NUMBERS.filter(({ ending }) => ending <= '10').map(
		({ ending, meaning }) => `    +141555501${ending}  ${meaning}`,
	);
	return `
  n8n          ${n8n.url}
  Sign in      ${owner.email}  /  ${owner.password}
  Form         ${formUrl}
  Outcomes     ${callsTableUrl}
  Console      ${sandbox.consoleUrl}

  For a workflow of your own:
  Agent ID     ${sandbox.agents[0].id}
  API key      ${sandbox.apiKey}
  Base URL     ${sandbox.url}

  1. Open the form, and enter a name and the number +14155550100. A Samora agent "calls" it.
  2. Open the console of the sandbox. You see the phone ring, and can listen to the recording. You can also call the
     agent yourself there.
  3. Sign in to n8n and open the Executions of the workflow "Log call outcomes". It runs when a call has ended.
  4. Open the data table. It shows who was called, the outcome, and a link to the recording.
  5. Open the workflow "Call a list with a campaign", and click "Execute workflow". A campaign calls four people. A
     minute or two later, the data tables "Campaign calls" and "Campaigns" show how it went.

  A sandbox stands in for Samora, so no phone rings. Its clock runs ${SANDBOX_SPEED} times as fast as a real one. The
  number decides what happens:
${worthTrying.join('\n')}

  Press Ctrl-C to stop. Calls:
`;
}

function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

main().then(
	(exitCode) => process.exit(exitCode),
	(error: unknown) => {
		console.error(messageOf(error));
		process.exit(1);
	},
);
