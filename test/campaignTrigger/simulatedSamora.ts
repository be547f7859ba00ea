import { PassingFault } from '../../nodes/SamoraCampaignTrigger/watch/passingFault';
import type { CampaignsApi } from '../../nodes/SamoraCampaignTrigger/watch/samora';
import type { ApiRecord } from '../../nodes/SamoraCampaignTrigger/watch/record';

const PAGE = 5;

export interface SimulatedCall {
	id: string;
	campaign: number;
	status: string;
	/** Its next end cannot be before this. */
	calledAt: number;
	updatedAt: number;
	startedAt: number | null;
	endedAt: number | null;
	/** How often it has ended. */
	ends: number;
	/** The list has it as it was before its end until this time. */
	writtenAt: number;
	before?: SimulatedCall;
}

/** How a call ends. */
interface End {
	/** How long ago it really ended, in milliseconds. */
	late?: number;
	/** How long after the campaign's figures the list of calls has it, in milliseconds. */
	behind?: number;
	/** Whether there is no time of its first end. */
	untimed?: boolean;
	status?: string;
}

interface SimulatedCampaign {
	id: string;
	status: string;
	createdAt: number;
	updatedAt: number;
}

const isGoingOn = ({ status }: SimulatedCall) => status === 'PENDING' || status === 'ONGOING';

const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());

/** Samora as far as the trigger asks it, with pages of five and a clock that only moves when a test moves it. */
export class SimulatedSamora implements CampaignsApi {
	now = Date.UTC(2026, 0, 1);

	/** Requests that fail before one goes through again, counted down. */
	failing = 0;
	/** Requests that go through before the first fails. */
	passing = Infinity;

	requests = 0;

	/** Figures of campaigns that Samora has not counted anew since. */
	oldStats: ApiRecord | undefined;

	/** What happens while the trigger reads: one of these before each request. */
	meanwhile: Array<() => void> = [];

	readonly campaignList: SimulatedCampaign[] = [];

	readonly callList: SimulatedCall[] = [];

	addCampaign(status = 'DRAFT'): void {
		this.campaignList.push({
			id: `campaign ${this.campaignList.length}`,
			status,
			createdAt: this.now,
			updatedAt: this.now,
		});
	}

	setStatus(campaign: number, status: string): void {
		const one = this.campaignList[campaign % this.campaignList.length];
		if (one && one.status !== status) Object.assign(one, { status, updatedAt: this.now });
	}

	addCalls(campaign: number, count: number): void {
		if (this.campaignList.length === 0) return;
		for (let n = 0; n < count; n++) {
			this.callList.push({
				id: `call ${this.callList.length}`,
				campaign: campaign % this.campaignList.length,
				status: 'PENDING',
				calledAt: this.now,
				updatedAt: this.now,
				startedAt: null,
				endedAt: null,
				ends: 0,
				writtenAt: this.now,
			});
		}
	}

	end(place: number, how: End = {}): void {
		const going = this.callList.filter(isGoingOn);
		const call = going[place % going.length];
		if (call) this.endCall(call, how);
	}

	/** All calls of a campaign end, and so does the campaign. */
	finish(campaign: number, how: End = {}): void {
		const place = campaign % this.campaignList.length;
		for (const call of this.callList) {
			if (call.campaign === place && isGoingOn(call)) this.endCall(call, how);
		}
		this.setStatus(campaign, 'FINISHED');
	}

	private endCall(
		call: SimulatedCall,
		{ late = 0, behind = 0, untimed = false, status = 'CALL_FINISHED' }: End,
	): void {
		Object.assign(call, {
			before: { ...call, before: undefined },
			writtenAt: this.now + behind,
			status,
			updatedAt: this.now + behind,
			endedAt: untimed && call.ends === 0 ? null : Math.max(call.calledAt, this.now - late),
			ends: call.ends + 1,
		});
	}

	/** Something else about an ended call changes: its recording is there. */
	touch(place: number): void {
		const ended = this.callList.filter((call) => call.endedAt !== null && this.isWritten(call));
		const call = ended[place % ended.length];
		if (call) call.updatedAt = this.now;
	}

	/** The campaign calls the same person again, under the same ID. */
	callAgain(place: number): void {
		const ended = this.callList.filter((call) => call.ends > 0 && this.isWritten(call));
		const call = ended[place % ended.length];
		if (!call || isGoingOn(call)) return;
		Object.assign(call, {
			status: 'PENDING',
			calledAt: this.now,
			updatedAt: this.now,
			endedAt: null,
		});
	}

	async campaigns(): Promise<{ campaigns: ApiRecord[]; now: number }> {
		this.request();
		return {
			now: this.now,
			campaigns: this.campaignList.map(({ id, status, createdAt, updatedAt }, place) => ({
				id,
				name: id,
				status,
				call_stats: this.statsOf(place),
				created_at: iso(createdAt),
				updated_at: iso(updatedAt),
			})),
		};
	}

	calls(campaignId: string) {
		return async (page: number) => {
			this.request();
			const place = this.campaignList.findIndex(({ id }) => id === campaignId);
			const sorted = this.callList
				.filter(({ campaign }) => campaign === place)
				.map((call) => this.listed(call))
				.sort((a, b) => b.updatedAt - a.updatedAt);
			return {
				elements: sorted.slice((page - 1) * PAGE, page * PAGE).map(present),
				goesOn: page * PAGE < sorted.length,
			};
		};
	}

	async call(callId: string): Promise<ApiRecord> {
		this.request();
		const call = this.callList.find(({ id }) => id === callId);
		if (!call) throw new PassingFault("Samora can't find this call", false);
		return { ...present(call), call_variables: { of: callId } };
	}

	private isWritten({ writtenAt }: SimulatedCall): boolean {
		return writtenAt <= this.now;
	}

	private listed(call: SimulatedCall): SimulatedCall {
		return call.before && !this.isWritten(call) ? call.before : call;
	}

	private request(): void {
		this.requests += 1;
		this.meanwhile.shift()?.();
		if (this.passing > 0) {
			this.passing -= 1;
			return;
		}
		if (this.failing > 0) {
			this.failing -= 1;
			throw new PassingFault("n8n couldn't reach Samora", this.failing % 2 === 0);
		}
	}

	statsOf(place: number): ApiRecord {
		if (this.oldStats) return this.oldStats;
		const calls = this.callList.filter(({ campaign }) => campaign === place);
		const count = (status: string) => calls.filter((call) => call.status === status).length;
		return {
			total: calls.length,
			pending: count('PENDING'),
			finished: count('CALL_FINISHED'),
			unanswered: count('UNANSWERED'),
			failed: count('FAILED'),
			total_duration: String(calls.reduce((sum, { ends }) => sum + ends, 0)),
		};
	}
}

const present = (call: SimulatedCall): ApiRecord => ({
	id: call.id,
	to_number: '+14155550100',
	status: call.status,
	updated_at: iso(call.updatedAt),
	started_at: iso(call.startedAt),
	ended_at: iso(call.endedAt),
});
