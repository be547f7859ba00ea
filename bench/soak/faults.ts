import type { Sandbox } from '../../sandbox';
import type { QueueModeN8n } from '../../tools/n8n/run/queueMode';
import { waitFor } from '../../tools/waiting';
import type { Fleet } from './fleet';
import type { Step } from './plan';
import type { Traffic } from './traffic';

/** A step as it was carried out, in seconds since the beginning. */
export interface DoneStep {
	what: string;
	fromSeconds: number;
	/** When everything was there again. */
	toSeconds: number;
}

/** Long enough for an order to be under way when its worker is killed. Milliseconds per call. */
const SLOW_CALL_MS = 300;

/** An order that was given usually begins within this time. */
const BEGINS_WITHIN_MS = 10_000;

export interface Grounds {
	sandbox: Sandbox;
	n8n: QueueModeN8n;
	fleet: Fleet;
	traffic: Traffic;
	/** Remembers what was under way. */
	note: () => Promise<void>;
}

/** Samora needs a moment for every call. */
export async function slowCalls({ control }: Sandbox): Promise<void> {
	await control.addFault({
		operationId: 'triggerCall',
		kind: 'slow',
		ms: SLOW_CALL_MS,
		times: null,
	});
}

/** Does what the step says, and resolves when everything is there again. */
export async function carryOut(
	{ kind, downMs, which }: Step,
	{ sandbox, n8n, fleet, traffic, note }: Grounds,
): Promise<string> {
	const seconds = Math.round(downMs / 1000);
	switch (kind) {
		case 'kill a worker':
			await somethingUnderWay(sandbox, traffic);
			await fleet.kill(`worker ${which + 1}`, downMs, note);
			return `Worker ${which + 1} killed, started again after ${seconds} s`;
		case 'kill a webhook process':
			await somethingUnderWay(sandbox, traffic);
			await fleet.kill(`webhook ${which + 1}`, downMs, note);
			return `Webhook process ${which + 1} killed, started again after ${seconds} s`;
		case 'kill the main process':
			await somethingUnderWay(sandbox, traffic);
			await fleet.kill('main', downMs, async () => undefined);
			return `Main process killed, started again after ${seconds} s`;
		case 'restart Redis':
			await somethingUnderWay(sandbox, traffic);
			await n8n.redis.restart(downMs);
			return `Redis killed, started again after ${seconds} s`;
		case 'restart PostgreSQL':
			await somethingUnderWay(sandbox, traffic);
			await n8n.postgres.restart(downMs);
			return `PostgreSQL killed, started again after ${seconds} s`;
		case 'Samora away':
			await somethingUnderWay(sandbox, traffic);
			await away(sandbox, downMs);
			return `Samora away for ${seconds} s`;
	}
}

/** Two orders, of which at least one has begun. */
async function somethingUnderWay({ control }: Sandbox, traffic: Traffic): Promise<void> {
	const { length } = await control.journal({ operationId: 'triggerCall', bodies: false });
	await Promise.all([traffic.order('campaign'), traffic.order('continue'), traffic.order('retry')]);
	await waitFor(
		async () => {
			const calls = await control.journal({ operationId: 'triggerCall', bodies: false });
			return calls.length > length;
		},
		{ what: 'A call', timeoutMs: BEGINS_WITHIN_MS },
	).catch(() => undefined);
}

/** Samora answers nothing, carries on with no call and sends no event. What it was just asked for, it has still done. */
async function away(sandbox: Sandbox, ms: number): Promise<void> {
	const { control } = sandbox;
	await control.clearFaults();
	await control.addFault({ kind: 'reset-after', times: 2 });
	await control.addFault({ kind: 'reset-before', times: null });
	await control.setSpeed(0);
	await new Promise((resolve) => setTimeout(resolve, ms));
	await control.setSpeed(1);
	await control.clearFaults();
	await slowCalls(sandbox);
}
