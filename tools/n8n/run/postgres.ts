import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

import { freePort } from '../../processes/ports';
import { startService, type Service } from '../../processes/service';

const run = promisify(execFile);

const DATABASE_USER = 'n8n';
/** The account that the distribution's package creates. */
const SYSTEM_USER = 'postgres';

/** @param binaries the folder with `initdb` and `postgres` */
export async function startPostgres(binaries: string): Promise<Service> {
	return await startService(async (folder) => {
		const command = (name: string) => path.join(binaries, name);
		const data = path.join(folder, 'data');
		const passwordFile = path.join(folder, 'password');
		const password = randomBytes(16).toString('hex');
		await mkdir(data);
		await writeFile(passwordFile, password, { mode: 0o600 });
		const account = await unprivilegedAccount();
		for (const owned of account.isAnother ? [folder, data, passwordFile] : []) {
			await chown(owned, account.uid, account.gid);
		}
		await run(
			...asAccount(account, command('initdb'), [
				...['--pgdata', data],
				...['--username', DATABASE_USER],
				...['--pwfile', passwordFile],
				...['--auth', 'scram-sha-256'],
				...['--encoding', 'UTF8'],
				'--no-sync',
			]),
			{ cwd: folder },
		);
		const port = await freePort();
		const [server, args] = asAccount(account, command('postgres'), [
			...['-D', data],
			...['-p', String(port)],
			...['-c', 'listen_addresses=127.0.0.1'],
			...['-c', 'unix_socket_directories='],
			...['-c', 'max_connections=200'],
		]);
		const address = ['--host', '127.0.0.1', '--port', String(port)];
		return {
			name: 'PostgreSQL',
			command: server,
			args,
			env: {
				DB_TYPE: 'postgresdb',
				DB_POSTGRESDB_HOST: '127.0.0.1',
				DB_POSTGRESDB_PORT: String(port),
				DB_POSTGRESDB_DATABASE: 'postgres',
				DB_POSTGRESDB_USER: DATABASE_USER,
				DB_POSTGRESDB_PASSWORD: password,
			},
			isReady: () =>
				run(command('pg_isready'), address).then(
					() => true,
					() => false,
				),
		};
	});
}

interface Account {
	uid: number;
	gid: number;
	/** PostgreSQL refuses to run as root. */
	isAnother: boolean;
}

async function unprivilegedAccount(): Promise<Account> {
	const [uid, gid] = [process.getuid?.() ?? -1, process.getgid?.() ?? -1];
	if (uid !== 0) return { uid, gid, isAnother: false };
	const id = async (which: string) => Number((await run('id', [which, SYSTEM_USER])).stdout);
	return { uid: await id('-u'), gid: await id('-g'), isAnother: true };
}

function asAccount(
	{ uid, gid, isAnother }: Account,
	command: string,
	args: string[],
): [string, string[]] {
	if (!isAnother) return [command, args];
	return ['setpriv', [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', command, ...args]];
}
