import type {
	Icon,
	ICredentialDataDecryptedObject,
	ICredentialTestRequest,
	ICredentialType,
	IHttpRequestOptions,
	INodeProperties,
} from 'n8n-workflow';

import { markSent, withDeadline } from '../nodes/shared/api/deadline';
import { keyMayTravelTo, keyToSend, refuseUnchecked } from '../nodes/shared/api/baseUrl';

/**
 * n8n's two request helpers look at different options: the nodes use the newer one, and the HTTP Request node the older
 * one.
 */
const NO_REDIRECTS = {
	disableFollowRedirect: true,
	followRedirect: false,
	followAllRedirects: false,
	maxRedirects: 0,
};

const NOT_SAMORA =
	"This isn't the Samora API. Check the Base URL: it's usually https://api.samora.ai";

export class SamoraApi implements ICredentialType {
	name = 'samoraApi';

	displayName = 'Samora API';

	icon: Icon = { light: 'file:../icons/samora.svg', dark: 'file:../icons/samora.dark.svg' };

	documentationUrl = 'https://github.com/samora-ai/n8n-nodes-samora#credential';

	/** The key goes to the Base URL alone, so n8n's own fields for that would only say it twice. */
	hideDomainRestrictionFields = true;

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			default: '',
			description:
				'The API key of your Samora organization. Anyone who has it can place real, billed calls, so keep it secret.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			required: true,
			default: 'https://api.samora.ai',
			placeholder: 'e.g. https://api.samora.ai',
			description:
				'The URL of the Samora API. Change it only for a staging host or for the sandbox that npx n8n-nodes-samora-sandbox starts on the machine with n8n (http://127.0.0.1:4010). If the test says ECONNREFUSED or ENOTFOUND, nothing answers at this URL.',
		},
		{
			displayName: 'Default Agent ID',
			name: 'defaultAgentId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 123e4567-e89b-12d3-a456-426614174000',
			description:
				'The agent that the nodes use when their Agent ID is empty: its ID, or the URL of its page in Samora',
		},
	];

	/**
	 * A function rather than n8n's generic header, because this credential can also be chosen in the
	 * HTTP Request node: the key goes to the base URL's host, encrypted and to a certificate that was checked
	 * unless that is this machine, and no redirect carries it elsewhere.
	 *
	 * @throws Error with a message for the user, when the request would take the key anywhere else
	 */
	async authenticate(
		credentials: ICredentialDataDecryptedObject,
		requestOptions: IHttpRequestOptions,
	): Promise<IHttpRequestOptions> {
		const baseUrl = String(credentials.baseUrl ?? '');
		keyMayTravelTo(requestOptions, baseUrl);
		refuseUnchecked(requestOptions, baseUrl);
		const key = keyToSend(credentials.apiKey);
		markSent(requestOptions);
		return {
			...requestOptions,
			// Spaces come along when an address is pasted.
			...(requestOptions.baseURL === undefined ? {} : { baseURL: requestOptions.baseURL.trim() }),
			headers: { ...requestOptions.headers, 'X-API-KEY': key },
			...NO_REDIRECTS,
			...withDeadline(requestOptions),
		};
	}

	test: ICredentialTestRequest = {
		request: { baseURL: '={{ $credentials.baseUrl }}', url: '/v2/webhooks/events' },
		// n8n looks at both kinds of rules together, but its type has one or the other.
		rules: [
			{
				type: 'responseCode',
				properties: {
					value: 401,
					message: 'Samora rejected this API key. Copy it again from your Samora dashboard.',
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 403,
					message:
						"Samora knows this API key but doesn't give it access. Ask an admin of your Samora organization.",
				},
			},
			{
				type: 'responseCode',
				properties: {
					value: 404,
					message: NOT_SAMORA,
				},
			},
			{
				type: 'responseSuccessBody',
				properties: {
					// A page of another server: n8n parses what is JSON, and Samora's answer is no text.
					key: 'constructor.name',
					value: 'String',
					message: NOT_SAMORA,
				},
			},
		] as ICredentialTestRequest['rules'],
	};
}
