'use strict';

const { createHmac, timingSafeEqual } = require('node:crypto');

/**
 * Like the better community triggers, it checks a signature over the body with the secret from its credential, and starts
 * the workflow. The secret can also be a parameter, which is the fastest and least safe way.
 */
class PeerTrigger {
	constructor() {
		this.description = {
			displayName: 'Peer Trigger',
			name: 'peerTrigger',
			group: ['trigger'],
			version: 1,
			description: 'Starts the workflow on a signed event',
			defaults: { name: 'Peer Trigger' },
			inputs: [],
			outputs: ['main'],
			credentials: [{ name: 'peerApi', required: false }],
			webhooks: [
				{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'webhook' },
			],
			properties: [{ displayName: 'Secret', name: 'secret', type: 'string', default: '' }],
		};
		const there = async () => true;
		this.webhookMethods = { default: { checkExists: there, create: there, delete: there } };
	}

	async webhook() {
		const secret =
			this.getNodeParameter('secret') || (await this.getCredentials('peerApi')).webhookSecret;
		const given = Buffer.from(String(this.getHeaderData()['x-signature']).slice(7), 'hex');
		const { rawBody } = this.getRequestObject();
		const expected = createHmac('sha256', secret).update(rawBody).digest();
		if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
			this.getResponseObject().status(401).send().end();
			return { noWebhookResponse: true };
		}
		return { workflowData: [this.helpers.returnJsonArray(this.getBodyData())] };
	}
}

exports.PeerTrigger = PeerTrigger;
