import { connect } from 'node:net';

import { freePort } from '../../processes/ports';
import { startService, type Service } from '../../processes/service';

export interface RedisOptions {
	/** Whether the job queue outlives a restart of Redis. Default: false. */
	keepsQueue?: boolean;
}

export async function startRedis(
	redisServer: string,
	{ keepsQueue = false }: RedisOptions = {},
): Promise<Service> {
	return await startService(async (folder) => {
		const port = await freePort();
		return {
			name: 'Redis',
			command: redisServer,
			args: [
				...['--port', String(port)],
				...['--bind', '127.0.0.1'],
				...['--dir', folder],
				...['--save', ''],
				...['--appendonly', keepsQueue ? 'yes' : 'no'],
			],
			env: { QUEUE_BULL_REDIS_HOST: '127.0.0.1', QUEUE_BULL_REDIS_PORT: String(port) },
			isReady: () => answersPing(port),
		};
	});
}

function answersPing(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
		const settle = (ready: boolean) => {
			socket.destroy();
			resolve(ready);
		};
		socket.setTimeout(2_000, () => settle(false));
		socket.once('data', (said) => settle(said.toString().startsWith('+PONG')));
		socket.once('error', () => settle(false));
		socket.once('close', () => settle(false));
	});
}
