import { useState } from 'preact/hooks';
import type { Fault } from '../../../http/faults';
import { type About, control } from '../data/control';
import { Empty, useAction } from '../parts/parts';
import { type Schema, SchemaFields } from '../parts/SchemaFields';
import type { Shown } from '../data/store';

export function ControlsView({ shown, facts }: { shown: Shown; facts: About }) {
	return (
		<div class="controls">
			<Faults faults={shown.faults} schema={facts.schemas.faults as Schema} />
			<SettingsForm shown={shown} schema={facts.schemas.settings as Schema} />
		</div>
	);
}

function SettingsForm({ shown, schema }: { shown: Shown; schema: Schema }) {
	const { act, refusal } = useAction();
	if (!shown.settings) return null;
	return (
		<form class="card fields" aria-label="Settings" onSubmit={(event) => event.preventDefault()}>
			<h2>Settings</h2>
			<p class="hint">
				Samora's documentation leaves most of these open. Your workflows should work with every
				choice.
			</p>
			{refusal}
			<SchemaFields
				schema={schema}
				values={{ ...shown.settings }}
				onChange={(change) => void act(() => control('PUT', '/settings', change))}
			/>
		</form>
	);
}

function Faults({ faults, schema }: { faults: readonly Fault[]; schema: Schema }) {
	const { act, refusal } = useAction();
	const [fault, setFault] = useState<Record<string, unknown>>({
		kind: schema.properties?.kind.enum?.[0],
	});
	return (
		<div>
			<section class="card" aria-label="Faults that are on">
				<div class="bar">
					<h2>Faults</h2>
					{faults.length > 0 && (
						<button type="button" onClick={() => void act(() => control('DELETE', '/faults'))}>
							Remove all
						</button>
					)}
				</div>
				{faults.length === 0 && <Empty>No faults. Every request gets its normal response.</Empty>}
				<ul class="plain faults">
					{faults.map((one) => (
						<li key={one.id}>
							<span>
								<b>{one.kind}</b> on {one.operationId ?? 'any request'}
							</span>
							<span class="hint">
								{one.times === null
									? `${one.spoilt} requests broken`
									: `${one.spoilt} of ${one.times ?? 1} requests broken`}
								{one.match && `, only with “${one.match}”`}
								{one.skip ? `, the first ${one.skip} let through` : ''}
							</span>
							<button
								type="button"
								onClick={() => void act(() => control('DELETE', `/faults/${one.id}`))}
							>
								Remove
							</button>
						</li>
					))}
				</ul>
			</section>
			<form
				class="card fields"
				aria-label="Switch on a fault"
				onSubmit={(event) => {
					event.preventDefault();
					void act(() => control('POST', '/faults', fault));
				}}
			>
				<h2>Switch on a fault</h2>
				<p class="hint">It breaks the next matching requests.</p>
				<SchemaFields
					schema={schema}
					values={fault}
					onChange={(change) => setFault({ ...fault, ...change })}
				/>
				<button type="submit" class="primary">
					Switch on
				</button>
				{refusal}
			</form>
		</div>
	);
}
