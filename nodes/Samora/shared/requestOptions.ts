import type { FunctionsBase, IExecuteFunctions, IHttpRequestOptions } from 'n8n-workflow';

import { isRecord, parameterReader, trimmed } from './parameters';
import { operationError } from './problems';

/** Where a node's parameters can be read; in a picker there are no items to evaluate expressions with. */
export interface Configured extends Pick<FunctionsBase, 'getNode'> {
	evaluateExpression?: IExecuteFunctions['evaluateExpression'];
}

/** What the person set under Request Options. n8n applies it to declarative routes only. */
export function requestOptions(
	context: Configured,
): Pick<IHttpRequestOptions, 'timeout' | 'proxy' | 'skipSslCertificateValidation'> {
	const chosen = chosenOptions(context);
	const timeout = Number(chosen.timeout);
	const proxy = trimmed(chosen.proxy);
	return {
		...(timeout > 0 ? { timeout } : {}),
		...(chosen.allowUnauthorizedCerts === true ? { skipSslCertificateValidation: true } : {}),
		...(proxy === '' ? {} : { proxy: proxyOf(context, proxy) }),
	};
}

function chosenOptions(context: Configured): Record<string, unknown> {
	const { evaluateExpression } = context;
	const chosen = evaluateExpression
		? parameterReader({
				getNode: () => context.getNode(),
				evaluateExpression: evaluateExpression.bind(context),
			})(0)('requestOptions')
		: context.getNode().parameters.requestOptions;
	return isRecord(chosen) ? chosen : {};
}

function proxyOf(context: Configured, proxy: string): IHttpRequestOptions['proxy'] {
	if (!URL.canParse(proxy)) {
		throw operationError(context.getNode(), {
			message: 'Proxy in the Request Options is not a web address',
			description: 'It is written like http://proxy.example.com:8080. Nothing was sent.',
		});
	}
	const { protocol, hostname, port, username, password } = new URL(proxy);
	return {
		protocol: protocol.replace(/:$/, ''),
		host: hostname,
		port: Number(port) || (protocol === 'https:' ? 443 : 80),
		...(username === ''
			? {}
			: {
					auth: {
						username: decodeURIComponent(username),
						password: decodeURIComponent(password),
					},
				}),
	};
}
