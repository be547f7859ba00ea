import { createServer } from 'node:net';

/** The preferred port if it's free, otherwise any free port. */
export async function freePort(preferred = 0): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', (error: NodeJS.ErrnoException) => {
			if (preferred !== 0 && error.code === 'EADDRINUSE') freePort().then(resolve, reject);
			else reject(error);
		});
		server.listen(preferred, '127.0.0.1', () => {
			const address = server.address();
			const port = typeof address === 'object' && address ? address.port : preferred;
			server.close(() => resolve(port));
		});
	});
}
