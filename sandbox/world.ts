import { Calls } from './state/calls';
import { Campaigns } from './state/campaigns';
import { Clock } from './state/clock';
import { Deliveries } from './deliveries/deliveries';
import { Faults } from './http/faults';
import { FileLinks } from './state/fileLinks';
import { Journal } from './http/journal';
import { type Log, tellOfCalls } from './state/log';
import {
	changeSettings,
	defaultSettings,
	type Settings,
	type SettingsChange,
} from './settings/settings';
import { Webhooks } from './state/webhooks';

export interface WorldOptions {
	filesUrl: string;
	speed: number;
	settings: SettingsChange;
	log: Log;
}

/** The sandbox's entire state. A reset replaces all of it. */
export class World {
	readonly settings: Settings;
	readonly clock: Clock;
	readonly calls: Calls;
	readonly campaigns: Campaigns;
	readonly webhooks: Webhooks;
	readonly deliveries: Deliveries;
	readonly links: FileLinks;
	readonly faults = new Faults();
	readonly journal = new Journal();
	readonly log: Log;

	constructor({ filesUrl, speed, settings, log }: WorldOptions) {
		this.log = log;
		this.settings = changeSettings(defaultSettings(), settings);
		this.clock = new Clock(speed);
		this.links = new FileLinks(filesUrl);
		this.calls = new Calls(this.clock, this.links);
		this.campaigns = new Campaigns(this.clock, this.calls, this.settings, log);
		this.webhooks = new Webhooks(this.clock);
		this.deliveries = new Deliveries(this.clock, this.calls, this.webhooks, this.settings, log);
		tellOfCalls(this.calls, log);
	}

	/** Moves the clock forward. When this resolves, everything due on the way has happened, including deliveries and retries. */
	async advance(seconds: number) {
		const target = this.clock.now() + seconds * 1000;
		do {
			await this.clock.advanceTo(target);
			await this.deliveries.settled();
		} while (this.clock.isDue(target));
	}

	stop() {
		this.clock.stop();
		this.deliveries.stop();
	}
}
