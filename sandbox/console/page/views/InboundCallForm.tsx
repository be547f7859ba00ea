import { useState } from 'preact/hooks';
import { type About, control } from '../data/control';
import { useAction } from '../parts/parts';
import { type Schema, SchemaFields } from '../parts/SchemaFields';
import { statusWord } from '../parts/words';

export function InboundCallForm({ facts }: { facts: About }) {
	const schema = facts.schemas.calls as Schema;
	const { act, refusal } = useAction();
	const [made, setMade] = useState('');
	const [call, setCall] = useState<Record<string, unknown>>({
		agent_id: facts.agents[0].id,
		number: '+14155550100',
		outcome: 'CALL_FINISHED',
	});
	const [name, setName] = useState('');

	const { agent_id, number, outcome } = schema.properties ?? {};
	const agentName = (id: unknown) => facts.agents.find((agent) => agent.id === id)?.name ?? '';

	async function make(event: Event) {
		event.preventDefault();
		const call_variables = name === '' ? {} : { call_variables: { name } };
		const ok = await act(() => control('POST', '/calls', { ...call, ...call_variables }));
		setMade(ok ? `${String(call.number)} rings.` : '');
	}

	return (
		<form class="card" aria-label="Make an inbound call" onSubmit={(event) => void make(event)}>
			<h2>Make an inbound call</h2>
			<p class="hint">
				Somebody calls an agent. The agent's webhooks get the events, so you can try a trigger.
			</p>
			<SchemaFields
				schema={{ ...schema, properties: { agent_id, number, outcome } }}
				values={call}
				onChange={(change) => setCall({ ...call, ...change })}
				names={{ agent_id: agentName, outcome: (status) => statusWord(String(status)) }}
			/>
			<div class="field">
				<label for="caller-name">Caller's name</label>
				<input
					id="caller-name"
					type="text"
					placeholder="optional"
					value={name}
					onChange={({ currentTarget }) => setName(currentTarget.value)}
				/>
			</div>
			<button type="submit" class="primary">
				Call the agent
			</button>
			{refusal}
			<p role="status" class="hint">
				{made}
			</p>
		</form>
	);
}
