import { CAMPAIGN_STATUSES } from '../../../state/apiShapes';
import type { CampaignView } from '../../update';
import { useAgentNames } from './CallsView';
import { type About, control } from '../data/control';
import { Copy, Empty, Status, useAction } from '../parts/parts';
import { ProgressChart } from './ProgressChart';
import type { Shown } from '../data/store';
import { inOrder, isOutcome, sentenceCase, statusWord } from '../parts/words';

export function CampaignsView({ shown, facts }: { shown: Shown; facts: About }) {
	const agentName = useAgentNames(facts);
	if (shown.campaigns.length === 0) {
		return <Empty>No campaigns yet. A workflow with “Launch a campaign” makes one.</Empty>;
	}
	return (
		<div class="campaigns">
			{shown.campaigns.map((campaign) => (
				<Campaign key={campaign.id} campaign={campaign} agent={agentName(campaign.agentId)} />
			))}
		</div>
	);
}

function Campaign({ campaign, agent }: { campaign: CampaignView; agent: string }) {
	const { id, name, status, counts, progress, retry } = campaign;
	const { act, refusal } = useAction();
	const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
	const statuses = inOrder(Object.keys(counts).filter((one) => counts[one] > 0));
	const inBar = [
		...statuses.filter(isOutcome),
		...statuses.filter((one) => !isOutcome(one)).reverse(),
	];
	const ended = statuses.filter(isOutcome).reduce((sum, one) => sum + counts[one], 0);
	return (
		<section class="card campaign" aria-label={`Campaign ${name}`}>
			<div class="bar">
				<h2>{name}</h2>
				<Status status={status} />
				<span class="hint">{agent}</span>
				<span class="hint">
					<code>{id}</code> <Copy text={id} label="the campaign ID" />
				</span>
			</div>
			<p>
				<b>{ended.toLocaleString('en')}</b> of <b>{total.toLocaleString('en')}</b> calls have ended
				{retry &&
					retry.max_retries > 0 &&
					`, ${retry.max_retries} ${retry.max_retries === 1 ? 'retry' : 'retries'} at most`}
			</p>
			<div class="progress" role="img" aria-label={`${ended} of ${total} calls have ended`}>
				{inBar.map((one) => (
					<span key={one} data-status={one} style={{ flexGrow: counts[one] }} />
				))}
			</div>
			<ul class="legend">
				{statuses.map((one) => (
					<li key={one} data-status={one}>
						{statusWord(one)} <b>{counts[one].toLocaleString('en')}</b>
					</li>
				))}
			</ul>
			{progress && <ProgressChart progress={progress} />}
			<label class="put">
				Set status{' '}
				<select
					value={status}
					onChange={({ currentTarget }) =>
						void act(() =>
							control('PUT', `/campaigns/${id}/status`, { status: currentTarget.value }),
						)
					}
				>
					{CAMPAIGN_STATUSES.map((one) => (
						<option key={one} value={one}>
							{sentenceCase(one)}
						</option>
					))}
				</select>
			</label>
			{refusal}
		</section>
	);
}
