import { type DialectName, DIALECTS, DOCUMENTED_DELIVERIES } from '../dialects/dialects';

/** What can be switched while the sandbox runs. The defaults are its assumptions about Samora. */
export interface Settings {
	/** How answers and deliveries are wrapped and named. Choosing one sets the delivery settings that belong to it. */
	dialect: DialectName;
	/** The status code of a campaign action that the campaign's status forbids. */
	forbiddenTransition: 409 | 400;
	/** Whether a deletion answers 200 with a message or an empty 204. */
	deleteWebhook: 'message' | 'empty';
	/** How many recipients of one campaign are called at the same time. */
	campaignConcurrency: number;
	deliveries: DeliverySettings;
}

export const SIGNATURE_SCHEMES = [
	'standard',
	't-v1',
	'sha256',
	'hex',
	'base64',
	'composed',
	'unknowable',
	'none',
] as const;

export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number];

/** The values of each part of the scheme `composed`. The first is the default. */
export const SIGNATURE_PARTS = {
	algorithm: ['sha256', 'sha512'],
	/** What of the secret is the key: all, what follows `whsec_`, or that decoded from base64. */
	key: ['secret', 'after-prefix', 'decoded'],
	signed: ['body', 'time.body', 'id.time.body', 'v0:time:body'],
	encoding: ['hex', 'base64', 'base64url'],
	prefix: ['', 'sha256=', 'sha512=', 'v1=', 'v1,', 'v0='],
	timeUnit: ['seconds', 'milliseconds'],
	/** In a header of its own, or as `t=…` before the signature. */
	timeIn: ['header', 'signature'],
	/** During a rotation of secrets there are two signatures: the first is made with another secret. */
	rotation: [false, true],
} as const;

export type SignatureParts = {
	[Part in keyof typeof SIGNATURE_PARTS]: (typeof SIGNATURE_PARTS)[Part][number];
};

export interface DeliverySettings {
	scheme: SignatureScheme;
	/** The signature header for every scheme except `standard`, which has its own three headers. */
	signatureHeader: string;
	/** How the scheme `composed` signs. */
	signature: Partial<SignatureParts>;
	/** Every delivery comes twice: one after the other, or both at once. */
	duplicate: boolean | 'at-once';
	/** Virtual seconds to wait after the first, second, … failed attempt. */
	retry: number[];
	/** Real seconds until an attempt times out. */
	timeout: number;
	/** The payload's layout: the call under `data`, everything on one level, or `{type, data: {id}}`. */
	payload: 'nested' | 'flat' | 'typed';
	/** `CALL_FINISHED`, `call_finished` or `call.finished`. */
	eventNames: 'documented' | 'lowercase' | 'dotted';
	/** Whether hosts other than this machine are delivered to. */
	external: boolean;
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
