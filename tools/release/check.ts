import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { packSandbox } from '../build/sandbox';
import { packThisPackage, PROJECT_FOLDER } from '../n8n/install/thisPackage';
import { isRecord, parseJson, type JsonRecord } from '../json';
import {
	codexFindings,
	contentFindings,
	LIMITS_OF_SANDBOX,
	limitsOfNodes,
	loadedFiles,
	manifestFindings,
	n8nWorkflowFindings,
	noticeFindings,
	privacyFindings,
	sizeFindings,
	unpackedBytes,
	type PackageFiles,
	type PackageLimits,
} from './packageRules';
import { scan, SOURCES, TARBALL } from './scan';
import { filesIn, type Packed, unpacked } from './tarball';
import { versionFindings } from './version';

const run = promisify(execFile);

/** `tsx tools/release/check.ts [tag]`: checks whether the packages can be published. With a tag, they're about to be. */
async function main([tag]: string[]): Promise<void> {
	const changelog = await readFile(path.join(PROJECT_FOLDER, 'CHANGELOG.md'), 'utf8');
	await checkNodes(changelog, tag);
	await checkSandbox(changelog, tag);
}

async function checkNodes(changelog: string, tag?: string): Promise<void> {
	console.log('The nodes:');
	await withFilesOf(await packThisPackage(), async (files, folder) => {
		const manifest = manifestOf(files);
		checkPackage(files, limitsOfNodes(manifest), changelog, tag);
		report('only uses parts of n8n-workflow that older versions of n8n have', () =>
			n8nWorkflowFindings(files),
		);
		report('can be found in n8n’s node panel', () => codexFindings(files, manifest));
		report('sources pass n8n’s scanner', await scan(PROJECT_FOLDER, SOURCES));
		report('published files pass n8n’s scanner', await scan(folder, TARBALL));
		// Last, because it moves the files.
		report('loads in an empty folder with only n8n-workflow', await loadsAlone(folder, manifest));
	});
}

async function checkSandbox(changelog: string, tag?: string): Promise<void> {
	console.log('The sandbox:');
	await withFilesOf(await packSandbox(), async (files) =>
		checkPackage(files, LIMITS_OF_SANDBOX, changelog, tag),
	);
}

/** What is checked of every package. */
function checkPackage(
	files: PackageFiles,
	limits: PackageLimits,
	changelog: string,
	tag?: string,
): void {
	const manifest = manifestOf(files);
	report('version matches the changelog and the tag', () =>
		versionFindings(String(manifest.version), changelog, tag),
	);
	report('contains exactly the expected files', () => contentFindings(files, limits));
	report(`is small enough (${unpackedBytes(files)} bytes)`, () => sizeFindings(files, limits));
	report('contains nothing private', () => privacyFindings(files, limits));
	report('has no dependencies or install scripts', () => manifestFindings(manifest, limits));
	report('lists the licenses of bundled code', () => noticeFindings(files, limits));
}

async function withFilesOf(
	packed: Packed,
	check: (files: PackageFiles, folder: string) => Promise<void>,
): Promise<void> {
	const { folder, remove } = await unpacked(packed.tarball);
	try {
		await check(await filesIn(folder), folder);
	} finally {
		await remove();
		await packed.remove();
	}
}

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
		const given = JSON.stringify({ name: manifest.name, files: [...nodes, ...credentials] });
		await run(process.execPath, ['--eval', LOAD, given], { cwd: host });
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
