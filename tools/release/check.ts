import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { packThisPackage, PROJECT_FOLDER } from '../n8n/thisPackage';
import { isRecord, parseJson, type JsonRecord } from '../n8n/json';
import {
	codexFindings,
	contentFindings,
	loadedFiles,
	manifestFindings,
	n8nWorkflowFindings,
	noticeFindings,
	privacyFindings,
	sizeFindings,
	unpackedBytes,
	type PackageFiles,
} from './packageRules';
import { scan, SOURCES, TARBALL } from './scan';
import { filesIn, unpacked } from './tarball';
import { versionFindings } from './version';

const run = promisify(execFile);

/** `tsx tools/release/check.ts [tag]`: whether what would be published may be. With a tag it is about to be. */
async function main([tag]: string[]): Promise<void> {
	const changelog = await readFile(path.join(PROJECT_FOLDER, 'CHANGELOG.md'), 'utf8');
	const packed = await packThisPackage();
	const { folder, remove } = await unpacked(packed.tarball);
	try {
		const files = await filesIn(folder);
		const manifest = manifestOf(files);
		const bytes = unpackedBytes(files);
		report('has the version of the changelog and the tag', () =>
			versionFindings(String(manifest.version), changelog, tag),
		);
		report('contains what belongs in it and nothing else', () => contentFindings(files, manifest));
		report(`is small (${bytes} bytes)`, () => sizeFindings(files));
		report('has nothing private in it', () => privacyFindings(files));
		report('brings no other package along', () => manifestFindings(manifest));
		report('needs nothing of n8n-workflow that an older n8n lacks', () =>
			n8nWorkflowFindings(files),
		);
		report('says whose code is bundled', () => noticeFindings(files, BUNDLED));
		report('is found in n8n’s panel', () => codexFindings(files, manifest));
		report('passes n8n’s scanner, its sources', await scan(PROJECT_FOLDER, SOURCES));
		report('passes n8n’s scanner, as published', await scan(folder, TARBALL));
		// Last, for it takes the files away from where they are.
		report('loads in an empty folder beside n8n-workflow', await loadsAlone(folder, manifest));
	} finally {
		await remove();
		await packed.remove();
	}
}

const BUNDLED = ['libphonenumber-js', 'p-limit', 'yocto-queue'];

function report(what: string, findings: string[] | (() => string[])): void {
	const found = typeof findings === 'function' ? findings() : findings;
	console.log(`${found.length === 0 ? '✓' : '✗'} ${what}`);
	for (const finding of found) console.log(`    ${finding}`);
	if (found.length > 0) process.exitCode = 1;
}

function manifestOf(files: PackageFiles): JsonRecord {
	const manifest = parseJson(files.get('package.json') ?? '{}');
	if (!isRecord(manifest)) throw new Error('package.json of the tarball is not an object');
	return manifest;
}

const LOAD = `
const { name, files } = JSON.parse(process.argv[1]);
const main = require(name);
for (const file of files) {
	const className = file.split('/').pop().split('.')[0];
	const loaded = require(name + '/' + file)[className];
	const { description, name: credentialName } = new loaded();
	if (!(description ? description.name : credentialName)) throw new Error(file + ' has no name');
	if (typeof main[className] !== 'function') throw new Error('the package does not export ' + className);
}
`;

async function loadsAlone(folder: string, manifest: JsonRecord): Promise<string[]> {
	const host = await mkdtemp(path.join(os.tmpdir(), 'n8n-nodes-samora-alone-'));
	try {
		const modules = path.join(host, 'node_modules');
		await mkdir(modules);
		await rename(folder, path.join(modules, String(manifest.name)));
		await symlink(
			path.join(PROJECT_FOLDER, 'node_modules', 'n8n-workflow'),
			path.join(modules, 'n8n-workflow'),
		);
		const { nodes, credentials } = loadedFiles(manifest);
		const told = JSON.stringify({ name: manifest.name, files: [...nodes, ...credentials] });
		await run(process.execPath, ['--eval', LOAD, told], { cwd: host });
		return [];
	} catch (fault) {
		const { stderr } = fault as { stderr?: string };
		return [(stderr ?? String(fault)).trim()];
	} finally {
		await rm(host, { recursive: true, force: true });
	}
}

main(process.argv.slice(2)).catch((fault: unknown) => {
	console.error(fault instanceof Error ? fault.message : fault);
	process.exitCode = 1;
});
