import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import express from 'express';

import type { JsonRecord } from '../../../tools/json';

export interface ServiceRequest {
	method: string;
	path: string;
	headers: Record<string, unknown>;
	body: JsonRecord;
}

/** Stands in for a service of somebody else, such as a CRM: takes every request and keeps it. */
export interface ServiceStandIn {
	readonly url: string;
	readonly requests: ServiceRequest[];
	stop(): Promise<void>;
}

export async function startService(): Promise<ServiceStandIn> {
	const requests: ServiceRequest[] = [];
	const app = express();
	app.use(express.json());
	app.use(({ method, path, headers, body }, res) => {
		requests.push({ method, path, headers, body: body as JsonRecord });
		res.json({});
	});
	const server = app.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		async stop() {
			server.close();
			server.closeAllConnections();
			await once(server, 'close');
		},
	};
}
