/** Settings that can change while the sandbox runs. The defaults are assumptions about Samora. */
export interface Settings {
	/** The status code of a campaign action that the campaign's status forbids. */
	forbiddenTransition: 409 | 400;
	/** Whether a deletion answers 200 with a message or an empty 204. */
	deleteWebhook: 'message' | 'empty';
	/** How many recipients of one campaign are called at the same time. */
	campaignConcurrency: number;
	deliveries: DeliverySettings;
}

export const SIGNATURE_SCHEMES = ['standard', 't-v1', 'sha256', 'hex', 'base64', 'none'] as const;

export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number];

export interface DeliverySettings {
	scheme: SignatureScheme;
	/** The signature header for every scheme except `standard`, which has its own three headers. */
	signatureHeader: string;
	/** Whether every event is delivered twice: one copy after the other, or both at once. */
	duplicate: boolean | 'at-once';
	/** Virtual seconds to wait after the first, second, … failed attempt. */
	retry: number[];
	/** Real seconds until an attempt times out. */
	timeout: number;
	/** The payload's layout: the call under `data`, or everything on one level. */
	payload: 'nested' | 'flat';
	/** Whether to deliver to hosts other than this machine. */
	external: boolean;
}

/** A change to some of the settings. */
export type SettingsChange = Partial<Omit<Settings, 'deliveries'>> & {
	deliveries?: Partial<DeliverySettings>;
};

export function changeSettings(settings: Settings, { deliveries, ...rest }: SettingsChange) {
	Object.assign(settings, rest);
	Object.assign(settings.deliveries, deliveries);
	return settings;
}

export function defaultSettings(): Settings {
	return {
		forbiddenTransition: 409,
		deleteWebhook: 'message',
		campaignConcurrency: 10,
		deliveries: {
			scheme: 'standard',
			signatureHeader: 'x-samora-signature',
			duplicate: false,
			retry: [5, 30, 120, 600, 1800],
			timeout: 15,
			payload: 'nested',
			external: false,
		},
	};
}
