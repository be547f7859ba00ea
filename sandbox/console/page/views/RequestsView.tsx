import { memo } from 'preact/compat';
import { useState } from 'preact/hooks';
import type { JournalEntry } from '../../../http/journal';
import type { RequestView } from '../../update';
import { control } from '../data/control';
import { Response, Details, Empty, Fact, Text, useFetched, useShortened } from '../parts/parts';
import type { Shown } from '../data/store';
import { timeOfDay } from '../parts/words';

export function RequestsView({ shown }: { shown: Shown }) {
	const [selected, select] = useState<number | null>(null);
	const [search, setSearch] = useState('');
	const wanted = shown.requests.filter(({ method, path, operationId, status }) =>
		`${method} ${path} ${operationId} ${status}`.toLowerCase().includes(search.toLowerCase()),
	);
	const { rows, more } = useShortened(wanted);
	const request = shown.requests.find(({ seq }) => seq === selected);
	return (
		<div class={request ? 'columns with-details' : 'columns'}>
			<div class="list">
				<section class="card table" aria-label="Requests">
					<div class="bar">
						<h2>Requests to the API and for files</h2>
						<input
							type="search"
							aria-label="Search by path, operation or status"
							placeholder="Path, operation or status"
							value={search}
							onInput={({ currentTarget }) => setSearch(currentTarget.value)}
						/>
					</div>
					<div class="scroll" tabIndex={0} role="group" aria-label="List of requests">
						<table>
							<thead>
								<tr>
									<th scope="col" class="number">
										No.
									</th>
									<th scope="col">Time</th>
									<th scope="col">Operation</th>
									<th scope="col">Request</th>
									<th scope="col">Response</th>
									<th scope="col" class="number">
										Took
									</th>
									<th scope="col">Remarks</th>
								</tr>
							</thead>
							<tbody>
								{rows.map((row) => (
									<RequestRow
										key={row.seq}
										request={row}
										selected={row.seq === selected}
										onSelect={select}
									/>
								))}
							</tbody>
						</table>
						{rows.length === 0 && <Empty>No requests yet.</Empty>}
						{more}
					</div>
				</section>
			</div>
			{request && <RequestDetails request={request} onClose={() => select(null)} />}
		</div>
	);
}

interface RequestRowProps {
	request: RequestView;
	selected: boolean;
	onSelect: (seq: number) => void;
}

const RequestRow = memo(({ request, selected, onSelect }: RequestRowProps) => {
	const { seq, at, operationId, method, path, status, underWay, took } = request;
	return (
		<tr class={selected ? 'selected' : undefined} onClick={() => onSelect(seq)}>
			<td class="number">
				<button type="button" class="link" aria-label={`Request ${seq}`}>
					{seq}
				</button>
			</td>
			<td>{timeOfDay(at)}</td>
			<td>{operationId ?? '–'}</td>
			<td class="wide">
				<code title={path}>
					{method} {path}
				</code>
			</td>
			<td>
				<Response status={status} waiting={underWay} />
			</td>
			<td class="number">{took === null ? '' : `${took} ms`}</td>
			<td>{remarksOn(request)}</td>
		</tr>
	);
});

const remarksOn = ({ fault, violation, accepted, status }: RequestView) =>
	[
		fault && `fault ${fault}`,
		violation,
		accepted && (status === null || status >= 300) && 'carried out anyway',
	]
		.filter(Boolean)
		.join(' · ');

function RequestDetails({ request, onClose }: { request: RequestView; onClose: () => void }) {
	const { seq, method, path, at, status, underWay } = request;
	const entry = useFetched(() => control<JournalEntry>('GET', `/journal/${seq}`), [seq, underWay]);
	return (
		<Details title={`Request ${seq}`} onClose={onClose}>
			<dl class="facts">
				<Fact label="Request">
					<code>
						{method} {path}
					</code>
				</Fact>
				<Fact label="Time">{timeOfDay(at)}</Fact>
				<Fact label="Response">
					<Response status={status} waiting={underWay} />
				</Fact>
				<Fact label="Carried out">{request.accepted ? 'Yes' : 'No'}</Fact>
				{entry && <Fact label="API key">{entry.keyed ? 'The valid one' : 'Not valid'}</Fact>}
				{remarksOn(request) && <Fact label="Remarks">{remarksOn(request)}</Fact>}
			</dl>
			<Text
				label="Query"
				value={entry && Object.keys(entry.query).length > 0 ? entry.query : null}
			/>
			<Text label="Body" value={entry?.body} />
			<Text label="Headers" value={entry?.headers} />
		</Details>
	);
}
