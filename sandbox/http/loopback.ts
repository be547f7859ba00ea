import type { IncomingMessage } from 'node:http';

/** Whether a host name in a URL or Host header refers to this machine. */
export function isLoopbackHost(hostname: string): boolean {
	return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}

/** A page whose host name was pointed to this machine (DNS rebinding) still sends that name as Host. */
export function isForThisMachine({ headers }: IncomingMessage): boolean {
	return isLoopbackHost((headers.host ?? '').replace(/:\d+$/, ''));
}

/** Browsers send the page's address as Origin. Only the sandbox's own page may control it. */
export function isFromForeignPage({ headers }: IncomingMessage): boolean {
	return headers.origin !== undefined && headers.origin !== `http://${headers.host}`;
}
