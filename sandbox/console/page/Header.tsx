import { control } from './data/control';
import { useAction } from './parts/parts';
import type { Shown } from './data/store';
import { timeOfDay } from './parts/words';

export type View = 'calls' | 'campaigns' | 'webhooks' | 'requests' | 'controls';

interface HeaderProps {
	shown: Shown;
	view: View;
	onPause: (paused: boolean) => void;
	onReset: () => void;
}

export function Header({ shown, view, onPause, onReset }: HeaderProps) {
	const total = Object.values(shown.counts).reduce((sum, count) => sum + count, 0);
	const tabs: Array<[View, string, number]> = [
		['calls', 'Calls', total],
		['campaigns', 'Campaigns', shown.campaigns.length],
		['webhooks', 'Webhooks', shown.webhooks.length],
		['requests', 'Requests', shown.requests[0]?.seq ?? 0],
		['controls', 'Faults and settings', shown.faults.length],
	];
	return (
		<header class="top">
			<div class="brand">
				<img src="/_sandbox/console/icon.svg" alt="" width="28" height="28" />
				<h1>
					Samora sandbox<small>No phone rings</small>
				</h1>
			</div>
			<nav aria-label="Parts of the console">
				{tabs.map(([name, label, count]) => (
					<a key={name} href={`#${name}`} aria-current={view === name ? 'page' : undefined}>
						{label}
						{count > 0 && <span class="count">{count.toLocaleString('en')}</span>}
					</a>
				))}
			</nav>
			<div class="tools">
				<ClockTools shown={shown} />
				<button type="button" aria-pressed={shown.paused} onClick={() => onPause(!shown.paused)}>
					{shown.paused ? 'Resume view' : 'Pause view'}
				</button>
				<button
					type="button"
					onClick={() => {
						if (confirm('Forget all calls, campaigns, webhooks, faults and settings?')) onReset();
					}}
				>
					Reset
				</button>
				<Connection shown={shown} />
			</div>
		</header>
	);
}

function Connection({ shown: { connected, paused } }: { shown: Shown }) {
	const [state, word] = !connected
		? ['gone', 'Not connected']
		: paused
			? ['held', 'Paused']
			: ['live', 'Live'];
	return (
		<span class={`connection ${state}`} role="status">
			{word}
		</span>
	);
}

const SPEEDS = [0, 1, 3, 10, 60, 600];

const LEAPS: Array<[number, string]> = [
	[10, '10 seconds'],
	[60, '1 minute'],
	[600, '10 minutes'],
	[3600, '1 hour'],
	[86_400, '1 day'],
];

function ClockTools({ shown: { now, speed } }: { shown: Shown }) {
	const { act, refusal } = useAction();
	return (
		<div class="clock">
			<time dateTime={new Date(now).toISOString()} title="The sandbox's own time">
				{timeOfDay(now)}
			</time>
			<select
				aria-label="Speed of the sandbox's clock"
				value={String(speed)}
				onChange={({ currentTarget }) =>
					void act(() => control('PUT', '/clock', { speed: Number(currentTarget.value) }))
				}
			>
				{[...new Set([...SPEEDS, speed])]
					.sort((a, b) => a - b)
					.map((each) => (
						<option key={each} value={String(each)}>
							{each === 0 ? 'stopped' : `× ${each}`}
						</option>
					))}
			</select>
			<select
				aria-label="Skip ahead in time"
				value=""
				onChange={({ currentTarget }) => {
					const seconds = Number(currentTarget.value);
					currentTarget.value = '';
					void act(() => control('POST', '/clock/advance', { seconds }));
				}}
			>
				<option value="">Skip …</option>
				{LEAPS.map(([seconds, label]) => (
					<option key={seconds} value={String(seconds)}>
						{label}
					</option>
				))}
			</select>
			{refusal}
		</div>
	);
}
