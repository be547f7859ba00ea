import { isRecord, type JsonRecord } from '../json';

/** The text of each file in a package, by path. */
export type PackageFiles = ReadonlyMap<string, string>;

/** What a package may contain. */
export interface PackageLimits {
	files: string[];
	maxBytes: number;
	/** Its only peer dependencies. */
	peers: string[];
	/** Hosts that may be in it besides those that may be in every package. */
	hosts: string[];
	/** The names of bundled packages, whose licenses must be in it. */
	bundled: string[];
}

const NOTICES = 'dist/THIRD-PARTY-NOTICES.md';
const ICONS = ['dist/icons/samora.svg', 'dist/icons/samora.dark.svg'];

/** The package with the nodes: exactly what n8n loads, and what users need besides. */
export function limitsOfNodes(manifest: JsonRecord): PackageLimits {
	const { nodes, credentials } = loadedFiles(manifest);
	const files = [
		'LICENSE',
		'README.md',
		'index.js',
		'package.json',
		...nodes,
		...nodes.map((file) => file.replace(/\.js$/, '.json')),
		...credentials,
		...ICONS,
		NOTICES,
	];
	return {
		files: files.sort(),
		maxBytes: 450_000,
		peers: ['n8n-workflow'],
		hosts: [],
		bundled: ['libphonenumber-js', 'p-limit', 'yocto-queue'],
	};
}

/** The package with the sandbox. The hosts are in libraries: names of schemas, links in licenses and in messages. */
export const LIMITS_OF_SANDBOX: PackageLimits = {
	files: ['LICENSE', 'README.md', 'dist/cli.js', 'dist/openapi.yaml', NOTICES, 'package.json'],
	maxBytes: 850_000,
	peers: [],
	hosts: [
		'aaa.nonexistanturl.com',
		'creativecommons.org',
		'json-schema.org',
		'lodash.com',
		'npms.io',
		'openapis.org',
		'openjsf.org',
		'swagger.io',
		'underscorejs.org',
		'www.standardwebhooks.com',
	],
	bundled: ['ajv', 'heap-js', 'openapi-backend', 'preact', 'uplot'],
};

/** The files that package.json tells n8n to load. */
export function loadedFiles(manifest: JsonRecord): { nodes: string[]; credentials: string[] } {
	const { n8n } = manifest;
	const files = (list: unknown) =>
		(Array.isArray(list) ? list : []).filter((file) => typeof file === 'string');
	return isRecord(n8n)
		? { nodes: files(n8n.nodes), credentials: files(n8n.credentials) }
		: { nodes: [], credentials: [] };
}

export function contentFindings(files: PackageFiles, { files: expected }: PackageLimits): string[] {
	return [
		...expected.filter((file) => !files.has(file)).map((file) => `${file} is missing`),
		...[...files.keys()]
			.filter((file) => !expected.includes(file))
			.map((file) => `${file} does not belong in the package`),
	];
}

export function sizeFindings(files: PackageFiles, { maxBytes }: PackageLimits): string[] {
	const bytes = unpackedBytes(files);
	return bytes > maxBytes ? [`unpacked it is ${bytes} bytes, more than ${maxBytes}`] : [];
}

export function unpackedBytes(files: PackageFiles): number {
	return [...files.values()].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

/** Checks what n8n and npm do with package.json when they install the package. */
export function manifestFindings(manifest: JsonRecord, { peers }: PackageLimits): string[] {
	const findings: string[] = [];
	for (const kind of ['dependencies', 'optionalDependencies', 'bundledDependencies']) {
		if (manifest[kind] !== undefined) findings.push(`package.json has ${kind}`);
	}
	const { peerDependencies = {} } = manifest;
	const found = isRecord(peerDependencies) ? Object.keys(peerDependencies) : [];
	if (found.join() !== peers.join()) {
		findings.push(`the peer dependencies are [${found.join()}], not [${peers.join()}]`);
	}
	const scripts = isRecord(manifest.scripts) ? Object.keys(manifest.scripts) : [];
	for (const script of scripts.filter((name) => RUN_BY_NPM.includes(name))) {
		findings.push(`npm would run the script "${script}" by itself`);
	}
	return findings;
}

const RUN_BY_NPM = [
	'preinstall',
	'install',
	'postinstall',
	'preprepare',
	'prepare',
	'postprepare',
	'prepublish',
];

/** Hosts that may be in every package. Any other host got in by accident. */
const KNOWN_HOSTS =
	/^(localhost|127\.0\.0\.1|(.+\.)?samora\.ai|(.+\.)?n8n\.io|github\.com|raw\.githubusercontent\.com|www\.npmjs\.com|sindresorhus\.com|www\.w3\.org|www\.apache\.org|(.+\.)?example(\.com|\.org)?)$/;

const PRIVATE: ReadonlyArray<readonly [what: string, pattern: RegExp]> = [
	[
		'a path on somebody’s machine',
		/(?<![\w.])(?:\/(?:home|root|Users|work|tmp|var)\/[\w.-]+|[A-Z]:\\\w+)/,
	],
	['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
	['an npm token', /\bnpm_[A-Za-z0-9]{20,}/],
	['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})/],
	['a cloud access key', /\bAKIA[0-9A-Z]{16}\b/],
	['a link to a source map', /\/\/# sourceMappingURL=/],
];

/** Finds information about the build machine or its owner, which must not be published. */
export function privacyFindings(files: PackageFiles, { hosts: known }: PackageLimits): string[] {
	return [...files].flatMap(([file, text]) => {
		const hosts = [...text.matchAll(/\bhttps?:\/\/(?:[\w.-]+@)?([a-z0-9-]+(?:\.[a-z0-9-]+)*)/gi)]
			.map(([, host]) => host.toLowerCase())
			.filter((host) => !KNOWN_HOSTS.test(host) && !known.includes(host));
		return [
			...PRIVATE.flatMap(([what, pattern]) => {
				const found = pattern.exec(text)?.[0];
				return found === undefined ? [] : [`${file} has ${what}: ${found.slice(0, 40)}`];
			}),
			...[...new Set(hosts)].map((host) => `${file} names the host ${host}`),
		];
	});
}

/** The parts of n8n-workflow that the bundles may use at run time. The oldest supported n8n has them. */
const IN_OLDEST_N8N = ['NodeApiError', 'NodeOperationError', 'sleep'];

export function n8nWorkflowFindings(files: PackageFiles): string[] {
	return [...files].flatMap(([file, text]) =>
		[...new Set([...text.matchAll(/\bimport_n8n_workflow\d*\.(\w+)/g)].map(([, name]) => name))]
			.filter((name) => !IN_OLDEST_N8N.includes(name))
			.map((name) => `${file} uses ${name} of n8n-workflow`),
	);
}

export function noticeFindings(files: PackageFiles, { bundled }: PackageLimits): string[] {
	const notices = files.get(NOTICES) ?? '';
	return bundled
		.filter((name) => !notices.includes(`## ${name} `))
		.map((name) => `${NOTICES} is missing the license of ${name}, which is bundled`);
}

/** n8n's node panel finds a node by its codex file, which has the name of the package and the node. */
export function codexFindings(files: PackageFiles, manifest: JsonRecord): string[] {
	return loadedFiles(manifest).nodes.flatMap((file) => {
		const codexFile = file.replace(/\.js$/, '.json');
		const codex = parsed(files.get(codexFile) ?? '');
		if (!isRecord(codex)) return [`${codexFile} is not JSON`];
		const findings: string[] = [];
		if (!String(codex.node).startsWith(`${String(manifest.name)}.`)) {
			findings.push(`${codexFile} is about ${String(codex.node)}`);
		}
		if (!Array.isArray(codex.categories) || codex.categories.length === 0) {
			findings.push(`${codexFile} has no category`);
		}
		if (!Array.isArray(codex.alias) || codex.alias.length === 0) {
			findings.push(`${codexFile} has no search terms`);
		}
		return findings;
	});
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}
