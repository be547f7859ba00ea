/** Whether a host name in a URL or Host header refers to this machine. */
export function isLoopbackHost(hostname: string): boolean {
	return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}
