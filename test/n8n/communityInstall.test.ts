import manifest from '../../package.json';
import { startSandbox, type Sandbox } from '../../sandbox';
import {
	N8nClient,
	type CredentialReference,
	type SavedWorkflow,
} from '../../tools/n8n/client/client';
import { packThisPackage } from '../../tools/n8n/install/thisPackage';
import { installProgressOn } from '../../tools/n8n/install/installProgress';
import { startN8n, type RunningN8n } from '../../tools/n8n/run/start';
import { waitFor } from '../../tools/waiting';
import { publishTo } from '../../tools/registry/publish';
import { startRegistry, type Registry } from '../../tools/registry/registry';
import { FIRST_INSTALL_MS, VERSIONS } from './support/installedN8n';
import { CALL, callWorkflow, outcomesWorkflow, START, TRIGGER } from './support/workflows';

const NAME = manifest.name;
const OLDER = '0.0.1';
const NODES = ['samora', 'samoraCampaignTrigger', 'samoraTrigger'].map((node) => `${NAME}.${node}`);

describe.each(VERSIONS)('through the Community nodes screen of n8n %s', (version) => {
	let sandbox: Sandbox;
	let registry: Registry;
	let packed: { tarball: string; remove: () => Promise<void> };
	let n8n: RunningN8n;
	let client: N8nClient;
	let credential: CredentialReference;
	let agentId: string;
	let outcomes: SavedWorkflow;
	let calls: SavedWorkflow;

	beforeAll(async () => {
		sandbox = await startSandbox({ port: 0, filesPort: 0, speed: 10 });
		agentId = sandbox.agents[0].id;
		registry = await startRegistry();
		packed = await packThisPackage();
		await publishTo(registry.url, packed.tarball, OLDER);
		n8n = await startN8n({
			version,
			npmRegistry: registry.url,
			onProgress: installProgressOn(process.stderr),
			// n8n asks its own servers about packages first; here nobody answers, and it goes on without.
			env: { HTTPS_PROXY: NOBODY, NO_PROXY: '127.0.0.1' },
		});
		client = new N8nClient(n8n.url, version);
		await client.setUpOwner({
			email: 'owner@example.com',
			password: 'Samora-test-1',
			firstName: 'Test',
			lastName: 'Owner',
		});
	}, FIRST_INSTALL_MS);

	afterAll(async () => {
		await n8n?.stop();
		await packed?.remove();
		await registry?.stop();
		await sandbox?.stop();
	});

	/** Places a call and waits until the published trigger has heard of its end. */
	async function callAndHear() {
		const run = await client.finished(await client.run(calls, START));
		expect(run).toMatchObject({ status: 'success', errorMessage: undefined });
		const [{ call_id }] = run.output(CALL);
		await waitFor(
			async () => {
				const summaries = await client.executions(outcomes.id);
				const heard = await Promise.all(summaries.map(({ id }) => client.finished(id)));
				return heard
					.flatMap((execution) => execution.output(TRIGGER))
					.some((event) => event.call_id === call_id && event.event === 'CALL_FINISHED');
			},
			{ what: 'The execution about the end of the call' },
		);
	}

	// n8n 1.x asks the registry itself whether there is a newest version. Where only its npm gets through, as here, it
	// takes none but a named one.
	it('installs the version that the registry has', async () => {
		const installed = await client.installCommunityPackage(NAME, OLDER);
		expect(installed).toMatchObject({ packageName: NAME, installedVersion: OLDER });
		expect(installed.nodeTypes.sort()).toEqual(NODES);

		credential = await client.createCredential({
			name: 'Samora',
			type: 'samoraApi',
			data: { apiKey: sandbox.apiKey, baseUrl: sandbox.url },
		});
		outcomes = await client.createWorkflow(outcomesWorkflow(agentId, credential));
		await client.publish(outcomes);
		calls = await client.createWorkflow(callWorkflow(agentId, credential, ['+14155550100']));
		await callAndHear();
	});

	it('is offered a newer version, and updates to it without a word about the workflows', async () => {
		const before = await Promise.all([outcomes, calls].map(({ id }) => client.workflow(id)));
		const webhooks = await sandbox.control.webhooks();

		await publishTo(registry.url, packed.tarball);
		expect(await client.communityPackages()).toMatchObject([
			{ installedVersion: OLDER, updateAvailable: manifest.version, failedLoading: false },
		]);
		expect(await client.updateCommunityPackage(NAME, manifest.version)).toMatchObject({
			installedVersion: manifest.version,
		});
		const [installed, ...others] = await client.communityPackages();
		expect(others).toEqual([]);
		expect(installed).toMatchObject({
			installedVersion: manifest.version,
			failedLoading: false,
		});
		expect(installed).not.toHaveProperty('updateAvailable');

		const after = await Promise.all([outcomes, calls].map(({ id }) => client.workflow(id)));
		expect(after).toEqual(before);
		expect(await sandbox.control.webhooks()).toEqual(webhooks);
		await callAndHear();
	});

	it('goes without leaving anything at Samora or in n8n, and the workflows stay', async () => {
		await client.unpublish(outcomes.id);
		await waitFor(async () => (await sandbox.control.webhooks()).length === 0, {
			what: 'The removal of the webhook at Samora',
		});
		await client.uninstallCommunityPackage(NAME);
		expect(await client.communityPackages()).toEqual([]);
		expect(await client.nodeTypes(`${NAME}.`)).toEqual([]);
		expect((await client.workflow(calls.id)).definition.nodes).toEqual(calls.definition.nodes);
	});
});

/** A port that nothing listens on. */
const NOBODY = 'http://127.0.0.1:9';
