import { useEffect, useState } from 'preact/hooks';
import { CallsView } from './views/CallsView';
import { CampaignsView } from './views/CampaignsView';
import { about, type About, control } from './data/control';
import { ControlsView } from './views/ControlsView';
import { Header, type View } from './Header';
import { useFetched } from './parts/parts';
import { RequestsView } from './views/RequestsView';
import type { Shown, Store } from './data/store';
import { WebhooksView } from './views/WebhooksView';

const VIEWS: readonly View[] = ['calls', 'campaigns', 'webhooks', 'requests', 'controls'];

export function App({ store }: { store: Store }) {
	const shown = useShown(store);
	const view = useView();
	const facts = useFetched(about, []);
	if (!facts) return <p class="empty">Loading …</p>;
	return (
		<>
			<Header
				shown={shown}
				view={view}
				onPause={(paused) => store.pause(paused)}
				onReset={() => void control('POST', '/reset', {})}
			/>
			<main id="view">
				<ViewOf view={view} shown={shown} facts={facts} />
			</main>
		</>
	);
}

function ViewOf({ view, shown, facts }: { view: View; shown: Shown; facts: About }) {
	switch (view) {
		case 'campaigns':
			return <CampaignsView shown={shown} facts={facts} />;
		case 'webhooks':
			return <WebhooksView shown={shown} facts={facts} />;
		case 'requests':
			return <RequestsView shown={shown} />;
		case 'controls':
			return <ControlsView shown={shown} facts={facts} />;
		default:
			return <CallsView shown={shown} facts={facts} />;
	}
}

function useShown(store: Store): Shown {
	const [shown, setShown] = useState(store.shown);
	useEffect(() => {
		const stop = store.listen(() => setShown(store.shown));
		return () => void stop();
	}, [store]);
	return shown;
}

/** The view is in the URL, so that bookmarks and the Back button work. */
function useView(): View {
	const named = () => VIEWS.find((view) => location.hash === `#${view}`) ?? 'calls';
	const [view, setView] = useState<View>(named);
	useEffect(() => {
		const follow = () => setView(named());
		addEventListener('hashchange', follow);
		return () => removeEventListener('hashchange', follow);
	}, []);
	return view;
}
