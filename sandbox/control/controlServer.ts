import Ajv2020 from 'ajv/dist/2020';
import type { IncomingMessage } from 'node:http';
import { type Answer, json } from '../http/answers';
import { CONTROL_ROUTES, type Controlled, ControlRefusal, type Route } from './controlRoutes';
import { readBody } from '../http/exchange';
import { isFromForeignPage } from '../http/loopback';

export const CONTROL_PATH = '/_sandbox';

const ajv = new Ajv2020({ allowUnionTypes: true });

export async function serveControl(
	sandbox: Controlled,
	req: IncomingMessage,
	url: URL,
): Promise<Answer> {
	try {
		if (isFromForeignPage(req)) {
			throw new ControlRefusal(403, 'the control API does not serve web pages but its own');
		}
		const path = url.pathname.slice(CONTROL_PATH.length);
		const route = CONTROL_ROUTES.find((each) => each.method === req.method && each.path.test(path));
		if (!route) {
			throw new ControlRefusal(404, `no ${req.method} ${url.pathname} in the control API`);
		}
		const body = await bodyFor(route, req);
		const result = await route.handle(sandbox, { path, query: url.searchParams, body });
		return json(200, result ?? {});
	} catch (error) {
		if (!(error instanceof ControlRefusal)) throw error;
		return json(error.status, { message: error.message });
	}
}

async function bodyFor(route: Route, req: IncomingMessage): Promise<unknown> {
	const { text } = await readBody(req);
	if (!route.body) return undefined;
	let body: unknown;
	try {
		body = JSON.parse(text);
	} catch {
		throw new ControlRefusal(400, 'the body is not JSON');
	}
	if (!ajv.validate(route.body, body)) throw new ControlRefusal(400, ajv.errorsText());
	return body;
}
