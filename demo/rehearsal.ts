import { fillInForm } from '../tools/n8n/form';
import { waitFor } from '../tools/n8n/waiting';
import { describe, loggedEvents, type LoggedEvent } from './callLog';
import type { Stage } from './stage';

const LEAD = { Name: 'Ada Lovelace', Phone: '+14155550100', Company: 'Analytical Engines' };
const OUTCOME_WITHIN_MS = 60_000;

/**
 * Runs the demo unattended: a lead comes in through the form and is called, and the outcome arrives in the other
 * workflow's table. Reports each step, and throws if one doesn't happen.
 */
export async function rehearse(
	stage: Stage,
	say: (line: string) => void,
	signal: AbortSignal,
): Promise<void> {
	const { client, sandbox } = stage;

	say(`${LEAD.Name} of ${LEAD.Company} submits the number ${LEAD.Phone} on ${stage.formUrl}`);
	const ending = await fillInForm(stage.formUrl, LEAD);
	say(`The form responds: "${ending.title}. ${ending.message}"`);

	// The form may respond a moment before n8n lists the execution.
	const listed = await waitFor(async () => (await client.executions(stage.callANewLead.id))[0], {
		what: 'The execution of "Call a new lead"',
		signal,
	});
	const execution = await client.finished(listed.id);
	const [placed] = execution.output('Call the lead');
	if (execution.status !== 'success' || typeof placed?.call_id !== 'string') {
		throw new Error(
			`"Call a new lead" placed no call: ${execution.errorMessage ?? `"${ending.message}"`}`,
		);
	}
	const callId = placed.call_id;
	say(`"Call a new lead" placed the call ${callId}`);

	const calls = (await sandbox.control.calls()).filter(({ to_number }) => to_number === LEAD.Phone);
	if (calls.length !== 1)
		throw new Error(`Samora called ${LEAD.Phone} ${calls.length} times instead of once`);
	say(`Samora called ${LEAD.Phone} exactly once`);

	for (const expected of ['CALL_STARTED', 'CALL_FINISHED']) {
		const logged = await eventOf(stage, callId, expected, signal);
		say(`"Log call outcomes" added a row: ${describe(logged)}`);
	}
}

function eventOf(
	stage: Stage,
	callId: string,
	event: string,
	signal: AbortSignal,
): Promise<LoggedEvent> {
	return waitFor(
		async () =>
			(await loggedEvents(stage)).find(
				(logged) => logged.callId === callId && logged.event === event,
			),
		{
			what: `The arrival of ${event} in the data table`,
			timeoutMs: OUTCOME_WITHIN_MS,
			signal,
		},
	);
}
