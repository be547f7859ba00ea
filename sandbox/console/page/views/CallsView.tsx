import { memo } from 'preact/compat';
import { useMemo, useState } from 'preact/hooks';
import type { CallView } from '../../update';
import { CallDetails, hasFiles } from './CallDetails';
import type { About } from '../data/control';
import { InboundCallForm } from './InboundCallForm';
import { Copy, Empty, Status, useShortened } from '../parts/parts';
import { PhoneBoard } from './PhoneBoard';
import type { Shown } from '../data/store';
import { inOrder, isOutcome, secondsText, STATUSES, statusWord, timeOfDay } from '../parts/words';

export function CallsView({ shown, facts }: { shown: Shown; facts: About }) {
	const [selected, select] = useState<string | null>(null);
	const [search, setSearch] = useState('');
	const [status, setStatus] = useState('');
	const agentName = useAgentNames(facts);

	const wanted = shown.calls.filter(
		(call) =>
			(status === '' || call.status === status) &&
			(search === '' || `${call.number} ${call.name}`.toLowerCase().includes(search.toLowerCase())),
	);
	const { rows, more } = useShortened(wanted);
	const goingOn = (shown.counts.TRIGGERED ?? 0) + (shown.counts.ONGOING ?? 0);
	const call = shown.calls.find(({ id }) => id === selected);

	return (
		<div class="columns with-side">
			<div class="list">
				<Counts counts={shown.counts} chosen={status} onChoose={setStatus} />
				<PhoneBoard phones={shown.phones} goingOn={goingOn} onSelect={select} />
				<section class="card table" aria-label="Calls">
					<div class="bar">
						<h2>Calls</h2>
						<input
							type="search"
							aria-label="Search by number or name"
							placeholder="Number or name"
							value={search}
							onInput={({ currentTarget }) => setSearch(currentTarget.value)}
						/>
					</div>
					<div class="scroll" tabIndex={0} aria-label="List of calls" role="group">
						<table>
							<thead>
								<tr>
									<th scope="col">Number</th>
									<th scope="col">Name</th>
									<th scope="col">Agent</th>
									<th scope="col">Status</th>
									<th scope="col" class="number">
										Duration
									</th>
									<th scope="col">Since</th>
									<th scope="col">Recording</th>
								</tr>
							</thead>
							<tbody>
								{rows.map((row) => (
									<CallRow
										key={row.id}
										call={row}
										agent={agentName(row.agentId)}
										seconds={secondsOf(row, shown.now)}
										hasFiles={hasFiles(row, shown.now)}
										selected={row.id === selected}
										onSelect={select}
									/>
								))}
							</tbody>
						</table>
						{wanted.length === 0 && (
							<Empty>
								{shown.calls.length === 0
									? 'No calls yet. Run a workflow that calls, or make an inbound call.'
									: 'No calls match.'}
							</Empty>
						)}
						{more}
					</div>
				</section>
			</div>
			{call ? (
				<CallDetails
					call={call}
					agent={agentName(call.agentId)}
					shown={shown}
					onClose={() => select(null)}
				/>
			) : (
				<div class="side">
					<InboundCallForm facts={facts} />
					<Addresses facts={facts} />
				</div>
			)}
		</div>
	);
}

export function useAgentNames({ agents }: About): (id: string) => string {
	return useMemo(() => {
		const names = new Map(agents.map(({ id, name }) => [id, name]));
		return (id: string) => names.get(id) ?? id;
	}, [agents]);
}

interface CountsProps {
	counts: Record<string, number>;
	chosen: string;
	onChoose: (status: string) => void;
}

/** How many calls have each status. Click one to show only those calls. */
function Counts({ counts, chosen, onChoose }: CountsProps) {
	const statuses = inOrder([...new Set([...STATUSES, ...Object.keys(counts)])]);
	return (
		<div class="counts" role="group" aria-label="Calls by status">
			{statuses.map((status) => (
				<button
					key={status}
					type="button"
					data-status={status}
					aria-pressed={chosen === status}
					onClick={() => onChoose(chosen === status ? '' : status)}
				>
					<b>{(counts[status] ?? 0).toLocaleString('en')}</b>
					<span>{statusWord(status)}</span>
				</button>
			))}
		</div>
	);
}

/** Whole seconds of ringing or talking so far, or the duration of an ended call. */
function secondsOf(call: CallView, now: number): number | null {
	if (call.duration !== null) return call.duration;
	if (call.status === 'PENDING') return null;
	return Math.floor((now - (call.startedAt ?? call.since)) / 1000);
}

interface CallRowProps {
	call: CallView;
	agent: string;
	seconds: number | null;
	hasFiles: boolean;
	selected: boolean;
	onSelect: (id: string) => void;
}

/** Only renders when something in it changes, so that hundreds of rows are cheap. */
const CallRow = memo((props: CallRowProps) => {
	const { call, agent, seconds, hasFiles: playable, selected, onSelect } = props;
	return (
		<tr
			class={selected ? 'selected' : undefined}
			data-over={isOutcome(call.status)}
			onClick={() => onSelect(call.id)}
		>
			<td>
				<button type="button" class="link">
					<span class="direction" role="img" title={call.direction} aria-label={call.direction}>
						{call.direction === 'inbound' ? '↙' : '↗'}
					</span>
					{call.number}
				</button>
			</td>
			<td>{call.name}</td>
			<td>{agent}</td>
			<td>
				<Status status={call.status} />
			</td>
			<td class="number">{seconds === null ? '' : secondsText(seconds)}</td>
			<td>{timeOfDay(call.since)}</td>
			<td class="listen">{playable ? '▶ Listen' : ''}</td>
		</tr>
	);
});

function Addresses({ facts }: { facts: About }) {
	return (
		<section class="card addresses" aria-label="For n8n">
			<h2>For n8n</h2>
			<dl>
				{[
					['Base URL', facts.url],
					['API key', facts.apiKey],
					...facts.agents.map(({ id, name }) => [name, id]),
				].map(([label, value]) => (
					<div key={label}>
						<dt>{label}</dt>
						<dd>
							<code>{value}</code>
							<Copy text={value} label={label} />
						</dd>
					</div>
				))}
			</dl>
		</section>
	);
}
