import type { FunctionsBase, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { parameterReader, recordOf, Refusal, shown, trimmed } from '../parameters';

/** How to connect, from n8n's Request Options. */
export type ConnectionOptions = Pick<
	IHttpRequestOptions,
	'timeout' | 'proxy' | 'skipSslCertificateValidation'
>;

/**
 * n8n's Request Options, for requests that the node sends itself. For routes, n8n applies them.
 *
 * @throws Refusal if the proxy isn't a web address
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
 * For routes, n8n only accepts a proxy with a host and a port, and checks it only when it has already sent earlier items.
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

/** Where a node's parameters can be read. In a picker there are no items to evaluate expressions with. */
export interface Configured extends Pick<FunctionsBase, 'getNode'> {
	evaluateExpression?: IExecuteFunctions['evaluateExpression'];
}

/** The node's Request Options. They are the same for all items, as in n8n. */
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
