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
