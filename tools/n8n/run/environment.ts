import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Passes only what a program needs from the caller's environment, without settings for another n8n or jest. */
export function isolatedEnvironment(
	userFolder: string,
	url: string,
	port: number,
	runnersPort: number,
): NodeJS.ProcessEnv {
	const inherited = ['HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SSL_CERT_FILE'];
	return {
		...Object.fromEntries(inherited.map((name) => [name, process.env[name]])),
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_EDITOR_BASE_URL: url,
		WEBHOOK_URL: `${url}/`,
		GENERIC_TIMEZONE: Intl.DateTimeFormat().resolvedOptions().timeZone,
		N8N_RUNNERS_BROKER_PORT: String(runnersPort),
		N8N_SECURE_COOKIE: 'false',
		N8N_ENFORCE_SETTINGS_FILE_PERMISSIONS: 'true',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
		N8N_DYNAMIC_BANNERS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		N8N_ONBOARDING_FLOW_DISABLED: 'true',
		N8N_UNVERIFIED_PACKAGES_ENABLED: 'true',
		// n8n would look up verified packages on its own servers.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	};
}

/** A worker only opens a port for health checks. */
export function workerEnvironment(port: number): NodeJS.ProcessEnv {
	return {
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
	};
}

/**
 * n8n calls `node` and `npm` by name. It should find its own Node.js, but the user's npm under the user's Node.js, because
 * npm looks for global settings such as a registry next to the Node.js that runs it. n8n passes npm's public registry, and
 * only paying customers can change it. npm uses the last registry that it gets.
 */
export async function pathFor(
	node: string,
	userFolder: string,
	npmRegistry?: string,
): Promise<string> {
	const commands = path.join(userFolder, 'bin');
	const { PATH = '' } = process.env;
	const quotedPath = `'${PATH.replaceAll("'", "'\\''")}'`;
	await rm(commands, { recursive: true, force: true });
	await mkdir(commands);
	await symlink(node, path.join(commands, 'node'));
	const registry = npmRegistry ? ` --registry=${npmRegistry}` : '';
	await writeFile(
		path.join(commands, 'npm'),
		`#!/bin/sh\nPATH=${quotedPath} exec npm "$@"${registry}\n`,
		{ mode: 0o755 },
	);
	return `${commands}${path.delimiter}${PATH}`;
}
