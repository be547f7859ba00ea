import { useState } from 'preact/hooks';
import type { Webhook } from '../../../state/apiShapes';
import type { WebhookState } from '../../../control/control';
import type { DeliveryAttempt } from '../../../deliveries/deliveries';
import type { DeliveryView } from '../../update';
import { useAgentNames } from './CallsView';
import { type About, control } from '../data/control';
import { Response, Details, Empty, Fact, Text, useFetched, useShortened } from '../parts/parts';
import type { Shown } from '../data/store';
import { timeOfDay } from '../parts/words';

export function WebhooksView({ shown, facts }: { shown: Shown; facts: About }) {
	const agentName = useAgentNames(facts);
	const [selected, select] = useState<number | null>(null);
	const { rows, more } = useShortened(shown.deliveries);
	const delivery = shown.deliveries.find(({ n }) => n === selected);
	const numbers = new Map(shown.calls.map(({ id, number }) => [id, number]));
	const names = new Map(shown.webhooks.map(({ id, name }) => [id, name]));
	return (
		<div class={delivery ? 'columns with-details' : 'columns'}>
			<div class="list">
				<section class="card table" aria-label="Webhooks">
					<div class="bar">
						<h2>Webhooks</h2>
					</div>
					{shown.webhooks.length === 0 ? (
						<Empty>No webhooks. Publish a workflow with the Samora Trigger to register one.</Empty>
					) : (
						<table>
							<thead>
								<tr>
									<th scope="col">Name</th>
									<th scope="col">Agent</th>
									<th scope="col">Events</th>
									<th scope="col">Address</th>
									<th scope="col">Secret</th>
								</tr>
							</thead>
							<tbody>
								{shown.webhooks.map((webhook) => (
									<WebhookRow
										key={webhook.id}
										webhook={webhook}
										agent={agentName(webhook.agent_id)}
									/>
								))}
							</tbody>
						</table>
					)}
				</section>
				<section class="card table" aria-label="Deliveries">
					<div class="bar">
						<h2>Deliveries</h2>
					</div>
					<div class="scroll" tabIndex={0} role="group" aria-label="List of deliveries">
						<table>
							<thead>
								<tr>
									<th scope="col">Time</th>
									<th scope="col">Event</th>
									<th scope="col">Call</th>
									<th scope="col">Webhook</th>
									<th scope="col" class="number">
										Attempt
									</th>
									<th scope="col">Response</th>
								</tr>
							</thead>
							<tbody>
								{rows.map((row) => (
									<tr
										key={row.n}
										class={row.n === selected ? 'selected' : undefined}
										onClick={() => select(row.n)}
									>
										<td>
											<button type="button" class="link">
												{timeOfDay(row.at)}
											</button>
										</td>
										<td>{row.event}</td>
										<td>{numbers.get(row.call_id) ?? row.call_id}</td>
										<td>{names.get(row.webhook_id) ?? 'deleted'}</td>
										<td class="number">{row.attempt}</td>
										<td>
											<Response status={row.status} /> <span class="hint">{row.error}</span>
										</td>
									</tr>
								))}
							</tbody>
						</table>
						{rows.length === 0 && <Empty>No deliveries yet.</Empty>}
						{more}
					</div>
				</section>
			</div>
			{delivery && <DeliveryDetails delivery={delivery} onClose={() => select(null)} />}
		</div>
	);
}

const eventWord = (event: string) => event.replace(/^CALL_/, '').toLowerCase();

function WebhookRow({ webhook, agent }: { webhook: Webhook; agent: string }) {
	const [secret, setSecret] = useState('');
	async function reveal() {
		const all = await control<WebhookState[]>('GET', '/webhooks');
		setSecret(all.find(({ id }) => id === webhook.id)?.secret ?? '');
	}
	return (
		<tr>
			<td>
				{webhook.name}
				{!webhook.is_active && ' (not active)'}
			</td>
			<td>{agent}</td>
			<td title={webhook.events.join(', ')}>{webhook.events.map(eventWord).join(', ')}</td>
			<td class="wide">
				<code title={webhook.url}>{webhook.url}</code>
			</td>
			<td>
				{secret ? (
					<code>{secret}</code>
				) : (
					<button type="button" onClick={() => void reveal()}>
						Show
					</button>
				)}
			</td>
		</tr>
	);
}

function DeliveryDetails({ delivery, onClose }: { delivery: DeliveryView; onClose: () => void }) {
	const { n, event, at, url, status, error, attempt } = delivery;
	const whole = useFetched(() => control<DeliveryAttempt>('GET', `/deliveries/${n}`), [n]);
	return (
		<Details title={`${event}, attempt ${attempt}`} onClose={onClose}>
			<dl class="facts">
				<Fact label="Time">{timeOfDay(at)}</Fact>
				<Fact label="To">
					<code>{url}</code>
				</Fact>
				<Fact label="Response">
					<Response status={status} /> {error}
				</Fact>
			</dl>
			<Text label="Response body" value={whole?.answer} />
			<Text label="Body" value={whole?.body} />
			<Text label="Headers" value={whole?.headers} />
		</Details>
	);
}
