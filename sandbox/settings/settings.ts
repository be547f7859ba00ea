import type { CampaignPace } from '../state/campaignDialing';
import type { DeliverySettings } from './deliverySettings';
import { type DialectName, DIALECTS, DOCUMENTED_DELIVERIES } from './dialects';

/** What can be switched while the sandbox runs. The defaults are its assumptions about Samora. */
export interface Settings extends CampaignPace {
	/** How answers and deliveries are wrapped and named. Choosing one sets the delivery settings that belong to it. */
	dialect: DialectName;
	/** The status code of a campaign action that the campaign's status forbids. */
	forbiddenTransition: 409 | 400;
	/** Whether a deletion answers 200 with a message or an empty 204. */
	deleteWebhook: 'message' | 'empty';
	deliveries: DeliverySettings;
}

/** A change to some of the settings. */
export type SettingsChange = Partial<Omit<Settings, 'deliveries'>> & {
	deliveries?: Partial<DeliverySettings>;
};

export function changeSettings(settings: Settings, { deliveries, ...rest }: SettingsChange) {
	Object.assign(settings, rest);
	if (rest.dialect) {
		Object.assign(settings.deliveries, DOCUMENTED_DELIVERIES, DIALECTS[rest.dialect].deliveries);
	}
	Object.assign(settings.deliveries, deliveries);
	return settings;
}

export function defaultSettings(): Settings {
	return {
		dialect: 'documented',
		forbiddenTransition: 409,
		deleteWebhook: 'message',
		campaignConcurrency: 10,
		deliveries: {
			...DOCUMENTED_DELIVERIES,
			signature: {},
			duplicate: false,
			retry: [5, 30, 120, 600, 1800],
			timeout: 15,
			external: false,
		},
	};
}
