import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';

import { Samora } from '../../nodes/Samora/Samora.node';
import { AGENT, ApiClient } from '../sandbox/support/apiClient';
import {
	FIRST_INSTALL_MS,
	installedN8n,
	OWNER,
	type InstalledN8n,
} from '../n8n/support/installedN8n';
import { openBrowser, openEditor } from '../../tools/n8n/browser';
import { waitFor } from '../../tools/waiting';
import { DEFAULT_N8N_VERSION } from '../../tools/n8n/install/recipes';
import { operationsIn } from '../support/descriptions';
import { startOtherServer } from '../support/otherServer';
import { Editor } from './editor';

const WITHIN_MS = 120_000;
const operations = operationsIn(new Samora().description);

const actionOf = (resource: string, operation: string): string =>
	operations.find((one) => one.resource === resource && one.value === operation)?.action ?? '';

const NOBODY_LISTENS = 'http://127.0.0.1:9';

/** One visit of a newcomer: each step goes on where the one before it ended. */
describe('a first visit', () => {
	let here: InstalledN8n;
	let browser: Browser;
	let page: Page;
	let editor: Editor;

	beforeAll(async () => {
		here = await installedN8n(DEFAULT_N8N_VERSION);
		// A newcomer has no credential yet.
		await here.client.request('DELETE', `/rest/credentials/${here.credential.id}`);
		browser = await openBrowser();
		page = await openEditor(browser, here.n8n.url, OWNER);
		editor = new Editor(page, here.n8n.url);
	}, FIRST_INSTALL_MS);

	afterAll(async () => {
		await browser?.close();
		await here?.stop();
	});

	let lost = false;

	/** A step. What comes after one that was not taken need not be tried; the picture shows where it ended. */
	function step(claim: string, take: () => Promise<void>): void {
		test(claim, async () => {
			if (lost) throw new Error('An earlier step was not taken');
			lost = true;
			try {
				await take();
				lost = false;
			} catch (fault) {
				const picture = path.join(tmpdir(), 'n8n-nodes-samora-tour.png');
				await page.screenshot({ path: picture });
				process.stderr.write(`${claim}: see ${picture}\n${String(fault)}\n`);
				throw fault;
			}
		});
	}

	const countClicks = async () =>
		await page.evaluate(`(() => {
			window.clicksOfTour = 0;
			document.addEventListener('click', () => window.clicksOfTour++, { capture: true });
		})()`);
	const clicks = async () => Number(await page.evaluate('window.clicksOfTour'));

	step('finds the node by searching "samora", with what it can do in words', async () => {
		await editor.newWorkflow();
		await editor.addNode('manual', 'Manual Trigger');
		const found = await editor.searchNodes('samora');
		await found.getByText('Samora', { exact: true }).click();
		for (const { action = '' } of operations) {
			await found.getByText(action, { exact: true }).waitFor();
		}
		await found.getByText(actionOf('call', 'trigger'), { exact: true }).click();
		await editor.node.waitFor();
		expect(await editor.node.innerText()).toContain('This calls real people');
	});

	step('makes a credential, and is told whether it works', async () => {
		await editor.node.getByRole('button', { name: 'Connect to Samora' }).click();
		const dialog = page.getByTestId('credential-edit-dialog');
		// n8n fetches the name it suggests, and saves none without a name.
		await page.waitForFunction(`(() => {
			const name = document.querySelector('[data-test-id="credential-name"]');
			const inputs = [...(name?.querySelectorAll('input') ?? [])];
			return [name?.textContent, ...inputs.map(({ value }) => value)].join().includes('Samora account');
		})()`);
		const save = async (apiKey: string, baseUrl: string) => {
			await editor.fill('apiKey', apiKey);
			await editor.fill('baseUrl', baseUrl);
			await page.getByTestId('credential-save-button').click();
		};
		await save('a-wrong-key', here.sandbox.url);
		await dialog.getByText('Couldn’t connect with these settings').waitFor();
		// It stays open from here on.
		await dialog.getByText('More details').click();
		await dialog.getByText('Samora rejected this API key. Copy it again').waitFor();

		await save(here.sandbox.apiKey, NOBODY_LISTENS);
		// n8n's own word: a credential's test has none for a host that is not there.
		await dialog.getByText('ECONNREFUSED').waitFor();

		const elsewhere = await startOtherServer((_request, res) => res.end('<h1>Welcome!</h1>'));
		try {
			await save(here.sandbox.apiKey, elsewhere.url);
			await dialog.getByText("This isn't the Samora API").waitFor();
		} finally {
			await elsewhere.stop();
		}

		await editor.fill('defaultAgentId', AGENT);
		await save(here.sandbox.apiKey, here.sandbox.url);
		// n8n closes the dialog when the test has passed.
		await dialog.waitFor({ state: 'hidden' });
		const credentials = await here.client.request('GET', '/rest/credentials');
		expect(credentials).toMatchObject([{ name: 'Samora account', type: 'samoraApi' }]);
	});

	step('is told what a parameter must be, and nobody is called', async () => {
		await editor.fill('toNumber', '(415) 555-2671');
		await editor.execute();
		await editor.output.getByText('has no country code').first().waitFor();
		expect(await here.sandbox.control.calls()).toEqual([]);
	});

	step('calls, and reads the result in the output panel', async () => {
		await editor.fill('toNumber', '+14155550100');
		await editor.execute();
		await editor.output.getByText('accepted').waitFor();
		const calls = await here.sandbox.control.calls();
		expect(calls.map(({ to_number }) => to_number)).toEqual(['+14155550100']);
		expect(await editor.output.innerText()).toContain(calls[0].id);
	});

	step('reads on the canvas that the node makes a call', async () => {
		await editor.closeNode();
		await page.getByText('make call', { exact: true }).waitFor();
	});

	step('comes from the search to a call in four clicks and one paste', async () => {
		await editor.newWorkflow();
		await editor.addNode('manual', 'Manual Trigger');
		const found = await editor.searchNodes('samora');
		await countClicks();
		await found.getByText('Samora', { exact: true }).click();
		await found.getByText(actionOf('call', 'trigger'), { exact: true }).click();
		await editor.paste('toNumber', '+14155550101');
		await editor.execute();
		await editor.output.getByText('accepted').waitFor();
		expect(await clicks()).toBeLessThanOrEqual(4);
		const calls = await here.sandbox.control.calls();
		expect(calls.map(({ to_number }) => to_number)).toEqual(['+14155550100', '+14155550101']);
	});

	step(
		'finds no campaign while there is none, picks one when there are, by searching',
		async () => {
			await editor.choose('resource', 'Campaign');
			await editor.choose('operation', 'Get');
			await editor.openList();
			await page.getByText('No results').waitFor();
			await page.keyboard.press('Escape');

			const api = new ApiClient(here.sandbox);
			for (const name of ['Spring', 'Summer', 'Autumn']) await api.campaign({ name });
			const campaigns = await editor.openList();
			await page.getByTestId('rlc-search').fill('summ');
			await campaigns.getByText('Summer (DRAFT)').click();
			await editor.execute();
			await editor.output.getByText('Summer', { exact: true }).waitFor();
		},
	);

	step('reads on the canvas what the node does', async () => {
		await editor.closeNode();
		await page.getByText('campaign: get', { exact: true }).waitFor();
	});

	step('sees the trigger waiting for a test event, and the event arriving', async () => {
		await editor.newWorkflow();
		await editor.addNode('samora', 'Samora', 'On call finished');
		await editor.node.waitFor();
		await editor.fill('agentId', AGENT);
		await editor.execute();
		await editor.node.getByText('Listening for test event').waitFor();
		await waitFor(async () => (await here.sandbox.control.webhooks()).length === 1, {
			what: 'The webhook for the test event',
			timeoutMs: WITHIN_MS,
		});
		await new ApiClient(here.sandbox).trigger('+14155550100', { name: 'Ada' });
		await editor.output.getByText('CALL_FINISHED').first().waitFor();
		await editor.closeNode();
	});

	step('publishes the trigger, and finds an execution for an event', async () => {
		await page.getByTestId('workflow-open-publish-modal-button').click();
		await page.getByTestId('workflow-publish-button').click();
		await page.getByText('Samora now sends the events of your agent to this workflow.').waitFor();
		await page.getByRole('button', { name: 'Got it' }).click();
		const [webhook] = await waitFor(
			async () => {
				const webhooks = await here.sandbox.control.webhooks();
				return webhooks.length === 1 && webhooks;
			},
			{ what: 'The webhook of the published workflow', timeoutMs: WITHIN_MS },
		);
		expect(webhook.url).toContain('/webhook/');
		await new ApiClient(here.sandbox).trigger('+14155550100');
		const execution = await waitFor(
			async () => (await here.client.executions()).find(({ mode }) => mode === 'webhook'),
			{ what: 'The execution that the event started', timeoutMs: WITHIN_MS },
		);
		expect((await here.client.finished(execution.id)).status).toBe('success');
		await page.getByTestId('radio-button-executions').click();
		await page.getByTestId('execution-preview-host').waitFor();
		await page.waitForURL(`**/executions/${execution.id}`);
	});
});
