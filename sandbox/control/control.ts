import type { SandboxAgent } from '../state/account';
import type {
	CallVariables,
	Campaign,
	CampaignCall,
	CampaignStatus,
	Webhook,
} from '../state/apiShapes';
import type { DeliveryAttempt, DeliveryPage } from '../deliveries/deliveries';
import type { Fault, FaultOptions } from '../http/faults';
import type { JournalEntry, JournalFilter, JournalPage } from '../http/journal';
import type { DeliverySettings } from '../settings/deliverySettings';
import type { Settings, SettingsChange } from '../settings/settings';
import { until, type UntilOptions } from './until';

export interface SandboxInfo {
	url: string;
	filesUrl: string;
	apiKey: string;
	agents: SandboxAgent[];
	clock: ClockState;
}

export interface ClockState {
	/** Virtual time. */
	now: string;
	speed: number;
}

export interface CallState extends CampaignCall {
	agent_id: string;
	campaign_id: string | null;
	direction: 'outbound' | 'inbound';
	call_variables: CallVariables | null;
	/** 0 for the first call, n for a campaign's nth retry. */
	retry: number;
}

/** Somebody calls an agent. */
export interface InboundCall {
	agent_id: string;
	/** The caller's number in E.164. */
	number: string;
	/** The call's last status. Default: CALL_FINISHED. */
	outcome?: string;
	call_variables?: CallVariables;
}

/** JSON Schemas of request bodies. The console builds its forms from them. */
export type ControlSchemas = Record<'settings' | 'faults' | 'calls', Record<string, unknown>>;

export type WebhookState = Webhook & { secret: string };

/** Controls a sandbox in this or another process through its control API. */
export class SandboxControl {
	constructor(private readonly url: string) {}

	info(): Promise<SandboxInfo> {
		return this.#call('GET', '');
	}

	/** Deletes all data, and resets the journal, faults, settings and clock. */
	async reset(): Promise<void> {
		await this.#call('POST', '/reset', {});
	}

	/** The requests to the API and the file origin, in order of arrival. */
	async journal(filter: JournalFilter = {}): Promise<JournalEntry[]> {
		const query = new URLSearchParams();
		for (const [name, value] of Object.entries(filter)) {
			if (value !== undefined) query.set(name, String(value));
		}
		const page = await this.#call<JournalPage>('GET', `/journal?${query}`);
		if (page.forgotten > (filter.after ?? 0)) throw forgotten(page.forgotten, 'journal entries');
		return page.entries;
	}

	calls(filter: { campaign_id?: string } = {}): Promise<CallState[]> {
		return this.#call('GET', `/calls?${new URLSearchParams(filter)}`);
	}

	/** Creates an inbound call. Webhooks get the same events as for other calls. */
	addInboundCall(call: InboundCall): Promise<CallState> {
		return this.#call('POST', '/calls', call);
	}

	campaigns(): Promise<Campaign[]> {
		return this.#call('GET', '/campaigns');
	}

	/** Sets a campaign to any status, including those that the sandbox never sets itself. */
	setCampaignStatus(id: string, status: CampaignStatus): Promise<Campaign> {
		return this.#call('PUT', `/campaigns/${id}/status`, { status });
	}

	webhooks(): Promise<WebhookState[]> {
		return this.#call('GET', '/webhooks');
	}

	/** Every attempt to deliver an event to a webhook, without the first `after`. */
	async deliveries(after = 0): Promise<DeliveryAttempt[]> {
		const page = await this.#call<DeliveryPage>('GET', `/deliveries?after=${after}`);
		if (page.forgotten > after) throw forgotten(page.forgotten, 'deliveries');
		return [...page.attempts];
	}

	async addFault(fault: FaultOptions): Promise<string> {
		const { id } = await this.#call<{ id: string }>('POST', '/faults', fault);
		return id;
	}

	faults(): Promise<Fault[]> {
		return this.#call('GET', '/faults');
	}

	async removeFault(id: string): Promise<void> {
		await this.#call('DELETE', `/faults/${id}`);
	}

	async clearFaults(): Promise<void> {
		await this.#call('DELETE', '/faults');
	}

	clock(): Promise<ClockState> {
		return this.#call('GET', '/clock');
	}

	/** Virtual seconds per real second. 0 stops the clock. */
	setSpeed(speed: number): Promise<ClockState> {
		return this.#call('PUT', '/clock', { speed });
	}

	/** Moves the clock forward by virtual seconds. When this resolves, everything due on the way has happened. */
	advance(seconds: number): Promise<ClockState> {
		return this.#call('POST', '/clock/advance', { seconds });
	}

	settings(): Promise<Settings> {
		return this.#call('GET', '/settings');
	}

	setSettings(change: SettingsChange): Promise<Settings> {
		return this.#call('PUT', '/settings', change);
	}

	setDeliveries(change: Partial<DeliverySettings>): Promise<Settings> {
		return this.setSettings({ deliveries: change });
	}

	/** The JSON Schemas of settings, faults and inbound calls. */
	schemas(): Promise<ControlSchemas> {
		return this.#call('GET', '/schemas');
	}

	/** Waits until `fn` returns something truthy, and resolves to it. Use this in tests instead of sleeping. */
	until<T>(fn: (control: this) => T | Promise<T>, options?: UntilOptions): Promise<NonNullable<T>> {
		return until(() => fn(this), { what: fn.toString(), ...options });
	}

	async #call<T>(method: string, path: string, body?: unknown): Promise<T> {
		const response = await fetch(`${this.url}/_sandbox${path}`, {
			method,
			...(body !== undefined && {
				body: JSON.stringify(body),
				headers: { 'content-type': 'application/json' },
			}),
		});
		const text = await response.text();
		if (!response.ok) throw new Error(`${method} /_sandbox${path}: ${response.status} ${text}`);
		return JSON.parse(text) as T;
	}
}

/** Throws instead of returning an incomplete list, which would look complete. */
const forgotten = (count: number, what: string) =>
	new Error(`The sandbox has forgotten its first ${count} ${what}; reset it in between`);
