import { memo } from 'preact/compat';
import type { CallView } from '../../update';
import { statusWord } from '../parts/words';

/** How many phones are drawn at most. */
const MOST = 600;
/** With more phones than this, they don't move: the color shows which ring. */
const FEW = 60;

interface PhoneBoardProps {
	phones: ReadonlyArray<CallView | null>;
	/** How many calls ring or talk. */
	goingOn: number;
	onSelect: (id: string) => void;
}

/** One phone per ongoing call. The table below has the same information for screen readers. */
export function PhoneBoard({ phones, goingOn, onSelect }: PhoneBoardProps) {
	const shown = phones.slice(0, MOST);
	const beyond = goingOn - shown.filter((call) => call && call.endedAt === null).length;
	if (phones.length === 0) return null;
	return (
		<div class={`phones card ${phones.length > FEW ? 'many' : ''}`} aria-hidden="true">
			{shown.map((call, place) =>
				call ? (
					<Phone key={place} call={call} onSelect={onSelect} />
				) : (
					<span key={place} class="phone" />
				),
			)}
			{beyond > 0 && <span class="beyond">and {beyond.toLocaleString('en')} more</span>}
		</div>
	);
}

const Phone = memo(({ call, onSelect }: { call: CallView; onSelect: (id: string) => void }) => (
	<button
		type="button"
		tabIndex={-1}
		class="phone"
		data-status={call.status}
		title={`${call.number}${call.name && ` · ${call.name}`} · ${statusWord(call.status)}`}
		onClick={() => onSelect(call.id)}
	>
		<svg viewBox="0 0 24 24" width="18" height="18">
			<path d="M6.6 10.8a15 15 0 0 0 6.6 6.6l2.2-2.2c.3-.3.7-.4 1-.2 1.2.4 2.4.6 3.6.6.6 0 1 .4 1 1V20c0 .6-.4 1-1 1A17 17 0 0 1 3 4c0-.6.4-1 1-1h3.5c.6 0 1 .4 1 1 0 1.3.2 2.5.6 3.6.1.3 0 .7-.2 1z" />
		</svg>
	</button>
));
