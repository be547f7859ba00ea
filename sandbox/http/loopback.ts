/** Whether a host name, as it stands in a URL or a Host header, means this machine. */
export function isLoopbackHost(hostname: string): boolean {
	return /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}
