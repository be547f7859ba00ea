import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { SamoraApi } from '../../credentials/SamoraApi.credentials';
import { Samora } from '../../nodes/Samora/Samora.node';
import { SamoraCampaignTrigger } from '../../nodes/SamoraCampaignTrigger/SamoraCampaignTrigger.node';
import { SamoraTrigger } from '../../nodes/SamoraTrigger/SamoraTrigger.node';
import manifest from '../../package.json';
import { packThisPackage } from '../../tools/n8n/install/thisPackage';
import { unpackedBytes } from '../../tools/release/packageRules';
import { filesIn, unpacked } from '../../tools/release/tarball';

const ROOT = join(__dirname, '../..');
/** Packing builds first, if anything changed. */
const BUILD_MS = 180_000;
const sourceOf = (built: string) => built.replace(/^dist\//, '').replace(/\.js$/, '.ts');

describe('package.json', () => {
	it('is what n8n looks for', () => {
		expect(manifest.name).toBe('n8n-nodes-samora');
		expect(manifest.keywords).toContain('n8n-community-node-package');
		expect(manifest.license).toBe('MIT');
		expect(manifest.n8n.n8nNodesApiVersion).toBe(1);
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
		expect(manifest).not.toHaveProperty('dependencies');
		expect(manifest.files).toEqual(['dist']);
		for (const field of ['description', 'homepage', 'repository', 'author'] as const) {
			expect(manifest[field]).toBeTruthy();
		}
		const lifecycle = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublishOnly'];
		expect(Object.keys(manifest.scripts).filter((name) => lifecycle.includes(name))).toEqual([]);
	});

	it('names each node and credential, and the class n8n expects in its file', () => {
		const { nodes, credentials } = manifest.n8n;
		expect([...nodes, ...credentials].map((file) => file.split('/').pop())).toEqual([
			'Samora.node.js',
			'SamoraTrigger.node.js',
			'SamoraCampaignTrigger.node.js',
			'SamoraApi.credentials.js',
		]);
		for (const file of [...nodes, ...credentials]) {
			expect(file).toMatch(/^dist\//);
			const source = readFileSync(join(ROOT, sourceOf(file)), 'utf8');
			const [, name] = /([^/]+?)\.(node|credentials)\.js$/.exec(file) ?? [];
			expect(source).toContain(`export class ${name} `);
		}
	});
});

it(
	'is small: what n8n downloads and unpacks is at most 450 kB',
	async () => {
		const packed = await packThisPackage();
		const { folder, remove } = await unpacked(packed.tarball);
		try {
			const files = await filesIn(folder);
			expect([...files.keys()]).toContain('dist/nodes/Samora/Samora.node.js');
			expect(unpackedBytes(files)).toBeLessThan(450_000);
		} finally {
			await remove();
			await packed.remove();
		}
	},
	BUILD_MS,
);

describe('icons', () => {
	const [nodeFile, triggerFile, campaignTriggerFile, credentialFile] = [
		...manifest.n8n.nodes,
		...manifest.n8n.credentials,
	].map(sourceOf);
	const icons = [
		[nodeFile, new Samora().description.icon],
		[triggerFile, new SamoraTrigger().description.icon],
		[campaignTriggerFile, new SamoraCampaignTrigger().description.icon],
		[credentialFile, new SamoraApi().icon],
	] as const;

	it.each(icons)('of %s exist for light and dark, as small SVG files', (file, icon) => {
		expect(icon).toEqual({
			light: expect.stringMatching(/^file:.*\.svg$/),
			dark: expect.stringMatching(/^file:.*\.svg$/),
		});
		const { light, dark } = icon as { light: string; dark: string };
		const drawings = [light, dark].map((reference) => {
			const path = join(ROOT, dirname(file), reference.replace(/^file:/, ''));
			expect(existsSync(path)).toBe(true);
			return readFileSync(path, 'utf8');
		});
		for (const drawing of drawings) {
			expect(drawing).toMatch(/^(<\?xml[^>]*>\s*)?<svg\s[^>]*viewBox="/);
			expect(drawing).toMatch(/<\/svg>\s*$/);
			expect(drawing).not.toMatch(/<script|<image|href="http|<text/i);
			expect(drawing.length).toBeLessThan(20_000);
		}
		expect(drawings[0]).not.toBe(drawings[1]);
	});
});

describe('codex files', () => {
	interface Codex {
		node: string;
		nodeVersion: string;
		codexVersion: string;
		resources: Record<string, Array<{ url: string }>>;
		alias: string[];
	}

	it.each([
		['nodes/Samora/Samora.node.json', 'samora'],
		['nodes/SamoraTrigger/SamoraTrigger.node.json', 'samoraTrigger'],
		['nodes/SamoraCampaignTrigger/SamoraCampaignTrigger.node.json', 'samoraCampaignTrigger'],
	])('%s', (file, name) => {
		const codex = JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as Codex;
		expect(codex).toMatchObject({
			node: `${manifest.name}.${name}`,
			nodeVersion: '1.0',
			codexVersion: '1.0',
		});
		const links = Object.values(codex.resources).flat();
		expect(Object.keys(codex.resources).sort()).toEqual([
			'credentialDocumentation',
			'primaryDocumentation',
		]);
		for (const { url } of links) expect(url.startsWith(manifest.homepage.split('#')[0])).toBe(true);
		expect(codex.alias).toEqual([...new Set(codex.alias)]);
		expect(codex.alias.filter((word) => word !== word.toLowerCase())).toEqual([]);
	});
});
