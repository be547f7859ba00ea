import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';

import { openBrowser, openEditor, showWorkflow, takePicture } from '../tools/n8n/browser';
import { installProgressOn } from '../tools/n8n/installProgress';
import { rehearse } from './rehearsal';
import { OWNER, putUpStage, type Stage } from './stage';

/** `npm run screenshots -- <folder>`: plays the demo once and takes pictures of what a person sees of it. */
async function main(folder: string) {
	await mkdir(folder, { recursive: true });
	const takeDown: Array<() => Promise<void>> = [];
	const { signal } = new AbortController();
	try {
		const stage = await putUpStage(
			{ say: console.log, onInstallProgress: installProgressOn(process.stdout), signal },
			takeDown,
		);
		const browser = await openBrowser();
		takeDown.push(() => browser.close());
		const form = await browser.newPage({ viewport: { width: 900, height: 700 } });
		await picturesOfTheForm(form, stage, folder);
		await rehearse(stage, console.log, signal);
		await picturesOfTheEditor(await openEditor(browser, stage.n8n.url, OWNER), stage, folder);
	} finally {
		for (const step of takeDown.reverse()) await step();
	}
}

async function picturesOfTheForm(page: Page, { formUrl }: Stage, folder: string) {
	for (const [picture, phone] of [
		['calling', '+442079460018'],
		['refused', '12345'],
	]) {
		await page.goto(formUrl);
		await page.getByLabel('Name').fill('Grace Hopper');
		await page.getByLabel('Phone').fill(phone);
		await page.getByLabel('Company').fill('Compilers Ltd');
		await save(page, folder, 'form');
		await page.getByRole('button').click();
		await page.waitForURL(/form-waiting/);
		await page.locator('h1').waitFor();
		await save(page, folder, `form-${picture}`);
	}
}

async function picturesOfTheEditor(page: Page, stage: Stage, folder: string) {
	const { url } = stage.n8n;
	for (const [picture, workflow, node] of [
		['call-a-new-lead', stage.callANewLead, 'Call the lead'],
		['log-call-outcomes', stage.logCallOutcomes, 'Call started or ended'],
	] as const) {
		await showWorkflow(page, url, workflow.id);
		await save(page, folder, `editor-${picture}`);

		await openNode(page, node);
		await save(page, folder, `node-${picture}`);

		const [{ id }] = await stage.client.executions(workflow.id);
		await page.goto(`${url}/workflow/${workflow.id}/executions/${id}`);
		await page.getByTestId('execution-preview-host').getByTestId('canvas-node').first().waitFor();
		await save(page, folder, `execution-${picture}`);
		await openNode(page, node);
		await save(page, folder, `execution-node-${picture}`);
	}
	await page.goto(stage.callsTableUrl);
	await page.getByText('Ada Lovelace').first().waitFor();
	await save(page, folder, 'data-table');

	await page.goto(`${url}/settings/community-nodes`);
	await page.getByText('n8n-nodes-samora').first().waitFor();
	await save(page, folder, 'community-nodes');
}

async function openNode(page: Page, name: string) {
	await page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
	await page.getByTestId('ndv').waitFor();
}

async function save(page: Page, folder: string, name: string) {
	await takePicture(page, path.join(folder, `${name}.png`));
}

main(path.resolve(process.argv[2] ?? 'screenshots')).then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
