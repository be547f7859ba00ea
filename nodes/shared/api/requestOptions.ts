import type { FunctionsBase, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { parameterReader, recordOf, Refusal, shown, trimmed } from '../parameters';

/** How to connect, as n8n's Request Options let the person choose it. */
export type ConnectionOptions = Pick<
	IHttpRequestOptions,
	'timeout' | 'proxy' | 'skipSslCertificateValidation'
>;

/**
 * n8n's Request Options for what sends by itself; n8n sees to them where there is a route.
 *
 * @throws Refusal for a proxy that is no web address
 */
export function connectionOptions(value: unknown): ConnectionOptions {
	const { timeout, proxy, allowUnauthorizedCerts } = recordOf(value);
	const address = trimmed(proxy);
	return {
		...(timeout ? { timeout: Number(timeout) } : {}),
		...(address === '' ? {} : { proxy: proxyAt(address) }),
		...(allowUnauthorizedCerts === true ? { skipSslCertificateValidation: true } : {}),
	};
}

/**
 * n8n takes no other proxy than one with a host and a port where it sends by routes, and finds out when it has started
 * the items before.
 *
 * @throws Refusal
 */
export function refuseProxyWithoutPort(value: unknown): void {
	const { proxy } = recordOf(value);
	if (!proxy || (typeof proxy === 'string' && WITH_PORT.test(proxy))) return;
	throw new Refusal(
		'Proxy',
		`Proxy must be a web address with a port such as http://proxy.example.com:3128, but it is ${shown(proxy)}`,
	);
}

const WITH_PORT = /^[a-z][a-z\d+.-]*:\/\/([^\s@/?#]*@)?([^\s@/?#:[\]]+|\[[^\]]+\]):\d+([/?#]|$)/i;

function proxyAt(address: string): ConnectionOptions['proxy'] {
	if (!URL.canParse(address)) {
		throw new Refusal('Proxy', `Proxy must be a web address, but it is ${shown(address)}`);
	}
	const { hostname, port, protocol, username, password } = new URL(address);
	return {
		host: hostname,
		port: Number(port || (protocol === 'https:' ? 443 : 80)),
		protocol: protocol.replace(':', ''),
		...(username === '' ? {} : { auth: { username, password } }),
	};
}

/** Where a node's parameters can be read; in a picker there are no items to evaluate expressions with. */
export interface Configured extends Pick<FunctionsBase, 'getNode'> {
	evaluateExpression?: IExecuteFunctions['evaluateExpression'];
}

/** The node's Request Options. They count for all items alike, as they do for n8n. */
export function connectionOf(context: Configured): ConnectionOptions {
	const { evaluateExpression } = context;
	return connectionOptions(
		evaluateExpression
			? parameterReader({
					getNode: () => context.getNode(),
					evaluateExpression: evaluateExpression.bind(context),
				})(0)('requestOptions')
			: context.getNode().parameters.requestOptions,
	);
}
