import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Only what a program needs from the caller's environment: settings of another n8n or of jest are not for this one. */
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
		// Verified packages are looked up at n8n's own servers.
		N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	};
}

/** A worker listens only if it is to tell how it is. */
export function workerEnvironment(port: number): NodeJS.ProcessEnv {
	return {
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
		N8N_WORKER_SERVER_ADDRESS: '127.0.0.1',
	};
}

/**
 * n8n calls `node` and `npm` by name. It is to find its own Node, but the person's npm under the person's Node:
 * npm looks for its global settings, such as a registry, beside the Node it runs under. n8n names npm's registry, and
 * lets only its paying customers name another; npm heeds the last one it is told.
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
