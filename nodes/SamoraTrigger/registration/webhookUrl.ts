import { isLoopback } from '../../shared/api/baseUrl';

/**
 * Says why Samora could never reach a webhook URL, and what to do about it.
 *
 * @param apiBaseUrl an API on this machine (the sandbox) reaches whatever this machine reaches
 * @returns a message for the user, or undefined when Samora may be able to reach it
 */
export function webhookUrlRefusal(webhookUrl: string, apiBaseUrl: string): string | undefined {
	if (isLoopback(apiBaseUrl)) return undefined;
	const { protocol, hostname, origin } = new URL(webhookUrl);
	if (isPrivate(hostname)) {
		return `Samora sends events over the internet, but ${origin} only exists on this machine or in your own network. ${REMEDY}`;
	}
	if (protocol !== 'https:') {
		return `Samora only sends events to https addresses, but the address of this n8n is ${origin}. ${REMEDY}`;
	}
	return undefined;
}

const REMEDY =
	'Set the environment variable N8N_WEBHOOK_URL (WEBHOOK_URL in older versions of n8n) to the public https address of this n8n, or to a tunnel from cloudflared or ngrok, and restart n8n. The Samora Campaign Trigger, and Call: Trigger and Wait of the Samora node, need no public address';

/** Two spellings of one address: a slash, a default port or a capital letter make no difference. */
export function sameUrl(one: string, other: string): boolean {
	return normalized(one) === normalized(other);
}

/** Whether two addresses differ in nothing but the machine. */
export function samePath(one: string, other: string): boolean {
	return (
		URL.canParse(one) && URL.canParse(other) && new URL(one).pathname === new URL(other).pathname
	);
}

function normalized(url: string): string {
	try {
		return new URL(url.trim()).href.replace(/\/$/, '');
	} catch {
		return url.trim();
	}
}

/** Top-level names that exist in local networks only. A name without a dot is local, too. */
const LOCAL_NAMES =
	/(^|\.)(localhost|local|localdomain|lan|home|internal|intranet|private|corp|home\.arpa|test|invalid)$/;

const PRIVATE_IPV4 = [
	'0.0.0.0/8',
	'10.0.0.0/8',
	'100.64.0.0/10',
	'127.0.0.0/8',
	'169.254.0.0/16',
	'172.16.0.0/12',
	'192.168.0.0/16',
];

/** @param hostname as URL has it: lower case, IPv4 in four decimal parts, IPv6 compressed and in brackets */
function isPrivate(hostname: string): boolean {
	const name = hostname.replace(/\.$/, '');
	const ipv6 = /^\[(.+)\]$/.exec(name)?.[1];
	if (ipv6 !== undefined) return isPrivateIpv6(ipv6);
	const ipv4 = asNumber(name);
	if (ipv4 !== undefined) return isPrivateIpv4(ipv4);
	return !name.includes('.') || LOCAL_NAMES.test(name);
}

function isPrivateIpv4(address: number): boolean {
	return PRIVATE_IPV4.some((block) => {
		const [network, bits] = block.split('/');
		const shift = 32 - Number(bits);
		return address >>> shift === (asNumber(network) ?? 0) >>> shift;
	});
}

function isPrivateIpv6(address: string): boolean {
	const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address);
	if (mapped) return isPrivateIpv4(parseInt(mapped[1], 16) * 0x10000 + parseInt(mapped[2], 16));
	// Unspecified, loopback, unique local, link-local.
	return /^(::1?$|f[cd]|fe[89ab])/.test(address);
}

function asNumber(ipv4: string): number | undefined {
	if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(ipv4)) return undefined;
	return ipv4.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
