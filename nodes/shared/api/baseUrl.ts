/** The names of this machine. A key that never leaves it needs no encryption. */
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Whether a URL points to the machine it is used on; false for what is no URL. */
export function isLoopback(url: string): boolean {
	const parsed = parse(url);
	return parsed !== undefined && LOOPBACK.test(parsed.hostname);
}

/**
 * Says what is wrong with a base URL that would carry the API key.
 *
 * @returns a message for the user, or undefined when the key may travel there
 */
export function baseUrlRefusal(baseUrl: string): string | undefined {
	const parsed = parse(baseUrl);
	if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
		return `The Base URL of the Samora credential isn't a web address: "${baseUrl}". It's usually https://api.samora.ai`;
	}
	if (parsed.username || parsed.password) {
		return "The Base URL of the Samora credential can't contain a username or password";
	}
	if (parsed.protocol === 'http:' && !isLoopback(baseUrl)) {
		return `The Base URL of the Samora credential must start with https://, because http would send the API key unencrypted to ${parsed.host}`;
	}
	return undefined;
}

/** The name of the error with which the credential keeps the key back. */
export const KEY_WITHHELD = 'SamoraKeyWithheld';

class KeyWithheld extends Error {
	// The credential and the nodes are bundled apart, so a class of one is not known to the other; a name is. And not
	// a code: n8n's credential test would show that instead of the message.
	override readonly name = KEY_WITHHELD;
}

/**
 * Lets a request carry the API key only to the base URL's own origin.
 *
 * @throws Error with a message for the user
 */
export function keyMayTravelTo(
	request: { url?: string; uri?: string; baseURL?: string },
	baseUrl: string,
): void {
	const refusal = baseUrlRefusal(baseUrl);
	if (refusal) throw new KeyWithheld(refusal);
	const allowed = new URL(baseUrl);
	const target = parse(request.url ?? request.uri ?? '', request.baseURL ?? baseUrl);
	if (target?.origin !== allowed.origin) {
		throw new KeyWithheld(
			`The Samora API key is only sent to ${allowed.origin}, the Base URL of the credential, not to ${target?.origin ?? 'an unreadable address'}`,
		);
	}
}

/** How n8n's two request helpers are told not to check who answers. */
interface CertificateOptions {
	skipSslCertificateValidation?: boolean;
	rejectUnauthorized?: boolean;
	agentOptions?: { rejectUnauthorized?: boolean };
}

/**
 * Keeps the API key from whoever answers with a certificate of their own. On this machine anybody may.
 *
 * @throws Error with a sentence for the person
 */
export function refuseUnchecked(request: CertificateOptions, baseUrl: string): void {
	const isUnchecked =
		request.skipSslCertificateValidation === true ||
		request.rejectUnauthorized === false ||
		request.agentOptions?.rejectUnauthorized === false;
	if (!isUnchecked || isLoopback(baseUrl)) return;
	throw new KeyWithheld(
		`Ignore SSL Issues is on, so anybody between n8n and ${hostOf(baseUrl) ?? 'the API'} could read the Samora API key. Turn it off, and have n8n trust the certificate instead (NODE_EXTRA_CA_CERTS)`,
	);
}

/** Where a request goes. */
export interface Route {
	url: string;
	/** The proxy in Request Options, such as proxy.example.com:3128. */
	proxy?: string;
}

/** Where a proxy is, without its password; undefined where there is none. */
export const proxyAddress = (proxy?: { host: string; port: number }): string | undefined =>
	proxy && `${proxy.host}:${proxy.port}`;

/**
 * Whether an address, an IP address with its port or a name, is a proxy's: that in Request Options, or one of n8n's own,
 * which is known by being elsewhere than what was asked. A name may have any IP address, but its port is known.
 */
export function isProxyOn(route?: Route, address?: string): boolean {
	const asked = route && parse(route.url);
	if (!asked || address === undefined) return false;
	if (route.proxy === address || route.proxy?.startsWith(`${address}:`)) return true;
	const [, port] = /:(\d+)$/.exec(address) ?? [];
	if (port === undefined) return address.toLowerCase() !== asked.hostname;
	return port !== (asked.port || (asked.protocol === 'http:' ? '80' : '443'));
}

/** The host of a URL, with its port where it has one of its own; undefined for what is no URL. */
export const hostOf = (url: string): string | undefined => parse(url)?.host;

/**
 * The API key as it goes into the header, without the spaces that come along when it is pasted.
 *
 * @throws Error with a message for the user, for what no header can hold: Node.js would not send it, and the
 * person would read that there was no answer
 */
export function keyToSend(apiKey: unknown): string {
	const key = String(apiKey ?? '').trim();
	if (/^[\x21-\x7e]*$/.test(key)) return key;
	throw new KeyWithheld(
		'The API Key of the Samora credential contains a space, a line break or another invalid character. Copy it again from Samora',
	);
}

function parse(url: string, base?: string): URL | undefined {
	try {
		return new URL(url.trim(), base?.trim());
	} catch {
		return undefined;
	}
}
