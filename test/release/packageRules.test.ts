import type { JsonRecord } from '../../tools/json';
import {
	codexFindings,
	contentFindings,
	LIMITS_OF_SANDBOX,
	limitsOfNodes,
	manifestFindings,
	n8nWorkflowFindings,
	noticeFindings,
	privacyFindings,
	sizeFindings,
} from '../../tools/release/packageRules';

const MANIFEST = {
	name: 'n8n-nodes-samora',
	n8n: {
		nodes: ['dist/nodes/Samora/Samora.node.js'],
		credentials: ['dist/credentials/SamoraApi.credentials.js'],
	},
	peerDependencies: { 'n8n-workflow': '*' },
	scripts: { test: 'jest' },
};

const LIMITS = limitsOfNodes(MANIFEST);

const file = (text: string) => new Map([['dist/code.js', text]]);

describe('what is in the package', () => {
	const complete = new Map(LIMITS.files.map((name) => [name, '']));

	it('is each loaded file with its codex, the icons, the licenses, and what npm adds', () => {
		expect([...complete.keys()]).toEqual([
			'LICENSE',
			'README.md',
			'dist/THIRD-PARTY-NOTICES.md',
			'dist/credentials/SamoraApi.credentials.js',
			'dist/icons/samora.dark.svg',
			'dist/icons/samora.svg',
			'dist/nodes/Samora/Samora.node.js',
			'dist/nodes/Samora/Samora.node.json',
			'index.js',
			'package.json',
		]);
		expect(contentFindings(complete, LIMITS)).toEqual([]);
	});

	it('is reported when something is missing or too much', () => {
		const wrong = new Map(complete);
		wrong.delete('dist/nodes/Samora/Samora.node.json');
		wrong.set('dist/.env', '');
		expect(contentFindings(wrong, LIMITS)).toEqual([
			'dist/nodes/Samora/Samora.node.json is missing',
			'dist/.env does not belong in the package',
		]);
	});

	it('is small, counted in bytes', () => {
		expect(sizeFindings(file('a'.repeat(LIMITS.maxBytes)), LIMITS)).toEqual([]);
		expect(sizeFindings(file('ü'.repeat(LIMITS.maxBytes / 2 + 1)), LIMITS)).toHaveLength(1);
	});
});

describe('package.json', () => {
	const findings = (changes: JsonRecord) => manifestFindings({ ...MANIFEST, ...changes }, LIMITS);

	it('names n8n-workflow and nothing else', () => {
		expect(findings({})).toEqual([]);
		expect(findings({ dependencies: { axios: '1' } })).toHaveLength(1);
		expect(findings({ peerDependencies: {} })).toHaveLength(1);
		expect(findings({ peerDependencies: { 'n8n-workflow': '*', 'n8n-core': '*' } })).toHaveLength(
			1,
		);
	});

	it('of the sandbox names nothing', () => {
		const { peerDependencies, ...alone } = MANIFEST;
		expect(manifestFindings(alone, LIMITS_OF_SANDBOX)).toEqual([]);
		expect(manifestFindings({ ...alone, peerDependencies }, LIMITS_OF_SANDBOX)).toHaveLength(1);
	});

	it('has npm run nothing on the machine it is installed on', () => {
		for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
			expect(findings({ scripts: { [script]: 'node x' } })).toEqual([
				expect.stringContaining(`"${script}"`),
			]);
		}
	});
});

describe('what is private', () => {
	it.each([
		['a home folder', 'at /home/ada/project/x.js'],
		['a home folder of a Mac', 'at /Users/ada/x.js'],
		['a folder of the build machine', 'require("/work/checkout/x")'],
		['a Windows path', 'C:\\Users\\ada'],
		['a private key', '-----BEGIN RSA PRIVATE KEY-----'],
		['a token of npm', `npm_${'a1B2'.repeat(9)}`],
		['a token of GitHub', `ghp_${'a1B2'.repeat(9)}`],
		['a key of a cloud', 'AKIAABCDEFGHIJKLMNOP'],
		['a source map', 'code();\n//# sourceMappingURL=code.js.map'],
		['a registry', '"resolved": "https://packages.corp.internal/npm/x"'],
		['a registry behind a password', 'http://ada:secret@10.1.2.3:4873/'],
	])('%s is found', (_, text) => {
		expect(privacyFindings(file(text), LIMITS)).not.toEqual([]);
	});

	it.each([
		['the API', 'https://api.samora.ai/v1'],
		['the sandbox', 'http://127.0.0.1:4010'],
		['the repository', 'https://github.com/samora-ai/n8n-nodes-samora#readme'],
		['a path of the API', '/v1/call/trigger'],
		['a path of the package', './work/x and dist/home/x'],
		['an address with a variable', '`https://${host}/`'],
	])('%s is not', (_, text) => {
		expect(privacyFindings(file(text), LIMITS)).toEqual([]);
	});
});

describe('what the bundles need and contain', () => {
	it('is of n8n-workflow only what the oldest supported n8n has', () => {
		expect(n8nWorkflowFindings(file('(0,import_n8n_workflow2.sleep)(1)'))).toEqual([]);
		expect(n8nWorkflowFindings(file('[import_n8n_workflow.NodeConnectionTypes.Main]'))).toEqual([
			'dist/code.js uses NodeConnectionTypes of n8n-workflow',
		]);
	});

	it('comes with its license', () => {
		const notices = new Map([['dist/THIRD-PARTY-NOTICES.md', '## p-limit 3.1.0 (MIT)\n\nMIT']]);
		expect(noticeFindings(notices, { ...LIMITS, bundled: ['p-limit'] })).toEqual([]);
		expect(
			noticeFindings(notices, { ...LIMITS, bundled: ['p-limit', 'yocto-queue'] }),
		).toHaveLength(1);
	});
});

describe('codex files', () => {
	const codex = (text: string) => new Map([['dist/nodes/Samora/Samora.node.json', text]]);
	const good = { node: 'n8n-nodes-samora.samora', categories: ['Sales'], alias: ['call'] };

	it('are about a node of the package and can be searched for', () => {
		expect(codexFindings(codex(JSON.stringify(good)), MANIFEST)).toEqual([]);
		expect(codexFindings(codex('{'), MANIFEST)).toHaveLength(1);
		for (const wrong of [{ node: 'another.samora' }, { categories: [] }, { alias: [] }]) {
			expect(codexFindings(codex(JSON.stringify({ ...good, ...wrong })), MANIFEST)).toHaveLength(1);
		}
	});
});
