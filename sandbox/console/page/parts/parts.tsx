import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { statusWord } from './words';

export const Status = ({ status }: { status: string }) => (
	<span class="status" data-status={status} title={status}>
		{statusWord(status)}
	</span>
);

/** The status code of a response. */
export function Response({ status, waiting }: { status: number | null; waiting?: boolean }) {
	if (status === null)
		return <span class="response none">{waiting ? 'waiting' : 'no response'}</span>;
	return <span class={`response ${status < 300 ? 'good' : 'bad'}`}>{status}</span>;
}

export function Copy({ text, label }: { text: string; label: string }) {
	const [copied, setCopied] = useState(false);
	useEffect(() => {
		if (!copied) return undefined;
		const timer = setTimeout(() => setCopied(false), 1500);
		return () => clearTimeout(timer);
	}, [copied]);
	return (
		<button
			type="button"
			class="copy"
			aria-label={`Copy ${label}`}
			onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}
		>
			{copied ? 'Copied' : 'Copy'}
		</button>
	);
}

export function Fact({ label, children }: { label: string; children: ComponentChildren }) {
	return (
		<>
			<dt>{label}</dt>
			<dd>{children}</dd>
		</>
	);
}

/** The panel beside a list with all about one of its rows. */
export function Details(props: {
	title: string;
	onClose: () => void;
	children: ComponentChildren;
}) {
	const { title, onClose, children } = props;
	const heading = useRef<HTMLHeadingElement>(null);
	useEffect(() => heading.current?.focus(), [title]);
	return (
		<aside
			class="details card"
			aria-label={title}
			onKeyDown={({ key }) => {
				if (key === 'Escape') onClose();
			}}
		>
			<header>
				<h2 tabIndex={-1} ref={heading}>
					{title}
				</h2>
				<button type="button" class="quiet" aria-label="Close" onClick={onClose}>
					✕
				</button>
			</header>
			{children}
		</aside>
	);
}

/** Formats JSON, and shows other text as it is. */
export function Text({ label, value }: { label: string; value: unknown }) {
	if (value === null || value === undefined || value === '') return null;
	return (
		<section class="text">
			<h3>{label}</h3>
			<pre tabIndex={0}>{written(value)}</pre>
		</section>
	);
}

function written(value: unknown): string {
	if (typeof value !== 'string') return JSON.stringify(value, null, 2);
	try {
		return JSON.stringify(JSON.parse(value), null, 2);
	} catch {
		return value;
	}
}

export const Empty = ({ children }: { children: ComponentChildren }) => (
	<p class="empty">{children}</p>
);

/** Shows the first rows of a long list, and a button for more. */
export function useShortened<T>(rows: readonly T[], step = 200) {
	const [limit, setLimit] = useState(step);
	const more =
		rows.length > limit ? (
			<button type="button" class="more" onClick={() => setLimit(limit + step)}>
				Show {Math.min(step, rows.length - limit)} more of {rows.length}
			</button>
		) : null;
	return { rows: rows.slice(0, limit), more };
}

/** Fetches something when it is shown, and again when a key changes. */
export function useFetched<T>(fetchIt: () => Promise<T>, keys: unknown[]): T | undefined {
	const [fetched, setFetched] = useState<T>();
	useEffect(() => {
		let wanted = true;
		setFetched(undefined);
		fetchIt().then(
			(value) => {
				if (wanted) setFetched(() => value);
			},
			() => undefined,
		);
		return () => {
			wanted = false;
		};
	}, keys);
	return fetched;
}

/** Sends a request, and keeps the message if the sandbox refuses it. */
export function useAction() {
	const [refusal, setRefusal] = useState('');
	const act = (send: () => Promise<unknown>) =>
		send().then(
			() => {
				setRefusal('');
				return true;
			},
			(error: unknown) => {
				setRefusal(error instanceof Error ? error.message : String(error));
				return false;
			},
		);
	return { act, refusal: refusal ? <p role="alert">{refusal}</p> : null };
}
