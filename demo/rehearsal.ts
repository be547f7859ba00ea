import { fillInForm } from '../tools/n8n/client/form';
import { waitFor } from '../tools/waiting';
import { describe, loggedCalls, type LoggedCall } from './callLog';
import type { Stage } from './stage';
import { CAMPAIGN_CALLS_TABLE, CAMPAIGNS_TABLE, PEOPLE } from './workflows';

const LEAD = { Name: 'Ada Lovelace', Phone: '+14155550100', Company: 'Analytical Engines' };
const OUTCOME_WITHIN_MS = 60_000;
/** The campaign takes half a minute, and n8n asks about it once a minute. */
const CAMPAIGN_WITHIN_MS = 180_000;

/**
 * Runs the demo unattended: a campaign is launched, a lead comes in through the form and is called, and the outcomes
 * arrive in the tables of the other workflows. Reports each step, and throws if one doesn't happen.
 */
export async function rehearse(
	stage: Stage,
	say: (line: string) => void,
	signal: AbortSignal,
): Promise<void> {
	await launchCampaign(stage, say);
	await rehearseLead(stage, say, signal);
	await seeCampaign(stage, say, signal);
}

async function rehearseLead(stage: Stage, say: (line: string) => void, signal: AbortSignal) {
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

	const logged = await loggedOnce(stage, callId, signal);
	say(`"Log call outcomes" added a row: ${describe(logged)}`);
	const recording = await fetch(logged.recordingUrl);
	if (recording.headers.get('content-type')?.startsWith('audio/') !== true)
		throw new Error(`The row's link gave no recording, but status ${recording.status}`);
	say('The link in the row plays the recording');
}

async function loggedOnce(stage: Stage, callId: string, signal: AbortSignal): Promise<LoggedCall> {
	const rows = await waitFor(
		async () => {
			const found = (await loggedCalls(stage)).filter((logged) => logged.callId === callId);
			return found.length > 0 && found;
		},
		{
			what: 'The arrival of the outcome in the data table',
			timeoutMs: OUTCOME_WITHIN_MS,
			signal,
		},
	);
	const [logged] = rows;
	if (rows.length !== 1) throw new Error(`The call has ${rows.length} rows instead of one`);
	if (logged.name !== LEAD.Name || logged.phone !== LEAD.Phone)
		throw new Error(`The row is about somebody else: ${describe(logged)}`);
	return logged;
}

async function launchCampaign({ client, callAList }: Stage, say: (line: string) => void) {
	const execution = await client.finished(await client.run(callAList, 'Start'));
	const recipients = execution.output('Launch the campaign');
	if (execution.status !== 'success' || recipients.length !== PEOPLE.length) {
		throw new Error(`"Call a list with a campaign" failed: ${execution.errorMessage}`);
	}
	say(`"Call a list with a campaign" launched a campaign of ${recipients.length} people`);
}

/** The last person never answers and is called twice, and the one before answers the second time. */
const CAMPAIGN_CALLS = { calls: PEOPLE.length + 2, finished: PEOPLE.length - 1 };

async function seeCampaign(
	{ client, tables }: Stage,
	say: (line: string) => void,
	signal: AbortSignal,
) {
	const [summary] = await waitFor(
		async () => {
			const rows = await client.dataTableRows(tables[CAMPAIGNS_TABLE]);
			return rows.length > 0 && rows;
		},
		{ what: 'The end of the campaign in the data table', timeoutMs: CAMPAIGN_WITHIN_MS, signal },
	);
	say(
		`It added a row about the campaign: ${String(summary.calls)} calls, ${String(summary.answer_rate)} % answered`,
	);
	const calls = await waitFor(
		async () => {
			const rows = await client.dataTableRows(tables[CAMPAIGN_CALLS_TABLE]);
			return rows.length >= CAMPAIGN_CALLS.calls && rows;
		},
		{ what: 'The calls of the campaign in the data table', signal },
	);
	const finished = calls.filter(({ outcome }) => outcome === 'finished');
	const strangers = calls.filter(
		(call) => !PEOPLE.some(({ name, phone }) => name === call.name && phone === call.phone),
	);
	const isRight =
		strangers.length === 0 &&
		calls.length === CAMPAIGN_CALLS.calls &&
		summary.calls === CAMPAIGN_CALLS.calls &&
		finished.length === CAMPAIGN_CALLS.finished &&
		finished.every(({ recording_url: url }) => typeof url === 'string' && url !== '');
	if (!isRight) throw new Error(`The campaign's rows are wrong: ${JSON.stringify(calls)}`);
	say(`It added a row for each of the ${calls.length} calls`);
}
