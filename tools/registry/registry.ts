import express from 'express';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { isRecord, type JsonRecord } from '../json';

export interface Registry {
	/** e.g. `http://127.0.0.1:4873` */
	readonly url: string;
	stop(): Promise<void>;
}

/**
 * An empty in-memory npm registry on loopback. It accepts `npm publish` with any token, and supports `npm view`, `npm pack`,
 * `npm install` and `npm outdated`.
 */
export async function startRegistry(): Promise<Registry> {
	const packages = new Map<string, Published>();
	const app = express();
	app.disable('etag');
	app.use((_request, response, next) => {
		// npm would use an older response from its cache.
		response.set('cache-control', 'no-store');
		next();
	});

	app.put('/:name', express.json({ limit: '10mb' }), (request, response) => {
		const { name } = request.params;
		const published = packages.get(name) ?? new Published(name);
		const refusal = published.add(request.body);
		if (refusal) return void response.status(refusal.status).json({ error: refusal.message });
		packages.set(name, published);
		response.status(201).json({ ok: true });
	});
	app.get('/:name', (request, response) => {
		const published = packages.get(request.params.name);
		if (published) response.json(published.packument);
		else response.status(404).json({ error: 'not_found' });
	});
	app.get('/:name/:version', (request, response) => {
		const { name, version } = request.params;
		const manifest = packages.get(name)?.manifest(version);
		if (manifest) response.json(manifest);
		else response.status(404).json({ error: 'not_found' });
	});
	app.get('/:name/-/:file', (request, response) => {
		const { name, file } = request.params;
		const tarball = packages.get(name)?.tarballs.get(file);
		if (tarball) response.type('application/octet-stream').send(tarball);
		else response.status(404).json({ error: 'not_found' });
	});

	const server = createServer(app);
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		async stop() {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}

/** One package with all its versions. */
class Published {
	readonly tarballs = new Map<string, Buffer>();

	private readonly versions: Record<string, JsonRecord> = {};

	private readonly tags: Record<string, string> = {};

	constructor(private readonly name: string) {}

	get packument(): JsonRecord {
		return { _id: this.name, name: this.name, 'dist-tags': this.tags, versions: this.versions };
	}

	/** @param version a version or a tag, such as `latest` */
	manifest(version: string): JsonRecord | undefined {
		return this.versions[this.tags[version] ?? version];
	}

	/** @param document what `npm publish` sends: manifests, tags, and the tarball in base64 */
	add(document: unknown): { status: number; message: string } | undefined {
		if (!isRecord(document)) return { status: 400, message: 'the body is not a JSON object' };
		const versions = Object.entries(isRecord(document.versions) ? document.versions : {});
		const attachments = Object.entries(
			isRecord(document._attachments) ? document._attachments : {},
		);
		const tarballs = attachments.flatMap(([file, attachment]) =>
			isRecord(attachment) && typeof attachment.data === 'string'
				? [[file, Buffer.from(attachment.data, 'base64')] as const]
				: [],
		);
		for (const [version, manifest] of versions) {
			if (this.versions[version]) return { status: 409, message: `${version} already exists` };
			const wanted = isRecord(manifest) && isRecord(manifest.dist) && manifest.dist.integrity;
			if (!tarballs.some(([, tarball]) => integrityOf(tarball) === wanted)) {
				return { status: 400, message: `the tarball of ${version} does not match its manifest` };
			}
		}
		for (const [version, manifest] of versions) this.versions[version] = manifest as JsonRecord;
		for (const [file, tarball] of tarballs) this.tarballs.set(file, tarball);
		Object.assign(this.tags, document['dist-tags']);
		return undefined;
	}
}

function integrityOf(tarball: Buffer): string {
	return `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
}
