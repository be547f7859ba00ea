'use strict';

/** Holds the secret that the peer-like trigger checks signatures with. */
class PeerApi {
	constructor() {
		this.name = 'peerApi';
		this.displayName = 'Peer API';
		this.properties = [
			{
				displayName: 'Webhook Secret',
				name: 'webhookSecret',
				type: 'string',
				typeOptions: { password: true },
				default: '',
			},
		];
	}
}

exports.PeerApi = PeerApi;
