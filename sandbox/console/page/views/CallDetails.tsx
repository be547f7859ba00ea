import type { CallView } from '../../update';
import { fileUrl } from '../data/control';
import { Response, Copy, Details, Empty, Fact, Status, Text, useFetched } from '../parts/parts';
import type { Shown } from '../data/store';
import { secondsText, sentenceCase, timeOfDay } from '../parts/words';

export const hasFiles = (call: CallView, now: number) =>
	call.filesAt !== null && call.filesAt <= now;

interface CallDetailsProps {
	call: CallView;
	agent: string;
	shown: Shown;
	onClose: () => void;
}

export function CallDetails({ call, agent, shown, onClose }: CallDetailsProps) {
	const campaign = shown.campaigns.find(({ id }) => id === call.campaignId);
	return (
		<Details title={call.number} onClose={onClose}>
			<dl class="facts">
				<Fact label="Status">
					<Status status={call.status} /> <code>{call.status}</code>
				</Fact>
				{call.name && <Fact label="Name">{call.name}</Fact>}
				<Fact label="Agent">{agent}</Fact>
				<Fact label="Direction">{sentenceCase(call.direction)}</Fact>
				{campaign && (
					<Fact label="Campaign">
						{campaign.name}
						{call.retry > 0 && `, retry ${call.retry}`}
					</Fact>
				)}
				<Fact label="Created">{timeOfDay(call.createdAt)}</Fact>
				{call.startedAt !== null && <Fact label="Picked up">{timeOfDay(call.startedAt)}</Fact>}
				{call.endedAt !== null && <Fact label="Ended">{timeOfDay(call.endedAt)}</Fact>}
				{call.duration !== null && <Fact label="Duration">{secondsText(call.duration)}</Fact>}
				<Fact label="Call ID">
					<code>{call.id}</code> <Copy text={call.id} label="the call ID" />
				</Fact>
			</dl>
			{hasFiles(call, shown.now) && <Files callId={call.id} />}
			<Text label="Metadata" value={call.variables} />
			<section class="text">
				<h3>Webhook deliveries</h3>
				<CallDeliveries callId={call.id} shown={shown} />
			</section>
		</Details>
	);
}

function Files({ callId }: { callId: string }) {
	const transcript = useFetched(() => fetchTranscript(callId), [callId]);
	return (
		<section class="text">
			<h3>Recording</h3>
			<audio controls preload="none" src={fileUrl(callId, 'recording')} />
			<h3>Transcript</h3>
			{transcript === null ? (
				<a href={fileUrl(callId, 'transcript')} target="_blank" rel="noreferrer">
					Open the transcript (PDF)
				</a>
			) : (
				<pre tabIndex={0}>{transcript ?? '…'}</pre>
			)}
		</section>
	);
}

/** null when it is not a text. */
async function fetchTranscript(callId: string): Promise<string | null> {
	const response = await fetch(fileUrl(callId, 'transcript'));
	const type = response.headers.get('content-type') ?? '';
	if (type.startsWith('application/pdf')) return null;
	const text = await response.text();
	return type.startsWith('application/json') ? JSON.stringify(JSON.parse(text), null, 2) : text;
}

function CallDeliveries({ callId, shown }: { callId: string; shown: Shown }) {
	const deliveries = shown.deliveries.filter(({ call_id }) => call_id === callId).reverse();
	if (deliveries.length === 0) return <Empty>None.</Empty>;
	return (
		<ul class="plain">
			{deliveries.map(({ n, event, status, error, at }) => (
				<li key={n}>
					<span>{timeOfDay(at)}</span> <span>{event}</span> <Response status={status} />
					{error && <span class="hint">{error}</span>}
				</li>
			))}
		</ul>
	);
}
