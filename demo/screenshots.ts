import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';

import { openBrowser, openEditor, openNode, showWorkflow, takePicture } from '../tools/n8n/browser';
import type { WorkflowNode } from '../tools/n8n/client/client';
import { installProgressOn } from '../tools/n8n/install/installProgress';
import { isRecord } from '../tools/json';
import { pictureCheckOnly } from './checkOnlyPicture';
import { pictureConsole } from './consolePicture';
import { rehearse } from './rehearsal';
import { putUpStage, type Stage } from './stage';

/** Small, so that the text stays readable in small pictures. */
const VIEWPORT = { width: 1100, height: 640 };

/** `npm run screenshots`: runs the demo once and saves the pictures for the docs, in another folder with `-- <folder>`. */
async function main(folder: string) {
	await mkdir(folder, { recursive: true });
	const takeDown: Array<() => Promise<void>> = [];
	const { signal } = new AbortController();
	try {
		const stage = await putUpStage(
			{ say: console.log, onInstallProgress: installProgressOn(process.stdout), signal },
			takeDown,
		);
		await rehearse(stage, console.log, signal);
		const browser = await openBrowser();
		takeDown.push(() => browser.close());
		const page = await openEditor(browser, stage.n8n.url, stage.owner, VIEWPORT);
		const save = async (name: string) => {
			await takePicture(page, path.join(folder, `${name}.png`));
			console.log(`Saved ${name}.png`);
		};
		await pictureWorkflow(page, stage, save);
		await pictureLaunch(page, stage, save);
		await pictureCheckOnly(page, stage, path.join(folder, 'check-only.png'));
		await pictureCredential(page, stage, save);
		await pictureConsole(browser, path.join(folder, 'console.png'));
	} finally {
		for (const step of takeDown.reverse()) await step();
	}
}

type Save = (name: string) => Promise<void>;

/** The demo's workflow on the canvas, and the input and output of the Samora nodes. */
async function pictureWorkflow(page: Page, stage: Stage, save: Save) {
	const { url } = stage.n8n;
	await showWorkflow(page, url, stage.callANewLead.id);
	await save('canvas');
	for (const [picture, workflow, node] of [
		['call', stage.callANewLead, 'Call the lead'],
		['trigger', stage.logCallOutcomes, 'Call ended'],
	] as const) {
		const [{ id }] = await stage.client.executions(workflow.id);
		await page.goto(`${url}/workflow/${workflow.id}/executions/${id}`);
		await page.getByTestId('execution-preview-host').getByTestId('canvas-node').first().waitFor();
		await openNode(page, node);
		await page.getByTestId('output-panel').getByText('call_id').first().waitFor();
		await save(picture);
	}
}

const CUSTOMERS = [
	{ name: 'Ada Lovelace', phone: '+14155550100', plan: 'Gold' },
	{ name: 'Grace Hopper', phone: '+442079460018', plan: 'Silver' },
	{ name: 'Alan Turing', phone: '+441632960007', plan: 'Gold' },
];

/** Campaign: Launch with its input and output. */
async function pictureLaunch(page: Page, stage: Stage, save: Save) {
	const node = (fields: Partial<WorkflowNode> & { name: string; type: string }): WorkflowNode => ({
		id: fields.name,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		...fields,
	});
	const called = stage.callANewLead.definition.nodes;
	const caller = (Array.isArray(called) ? called : [])
		.filter(isRecord)
		.find(({ name }) => name === 'Call the lead');
	if (!caller) throw new Error('The demo has no node "Call the lead"');
	const workflow = await stage.client.createWorkflow({
		name: 'Call a sheet of customers',
		nodes: [
			node({ name: 'Start', type: 'n8n-nodes-base.manualTrigger' }),
			node({
				name: 'Sheet',
				type: 'n8n-nodes-base.code',
				typeVersion: 2,
				position: [220, 0],
				parameters: { jsCode: `return ${JSON.stringify(CUSTOMERS)}.map((json) => ({ json }));` },
			}),
			node({
				name: 'Launch a campaign',
				type: 'n8n-nodes-samora.samora',
				position: [440, 0],
				parameters: {
					resource: 'campaign',
					operation: 'launch',
					agentId: stage.sandbox.agents[0].id,
					name: 'Renewals',
					toNumber: '={{ $json.phone }}',
					variablesMode: 'selectedFields',
					variableFields: 'name, plan',
				},
				credentials: caller.credentials as WorkflowNode['credentials'],
			}),
		],
		connections: {
			Start: { main: [[{ node: 'Sheet', type: 'main', index: 0 }]] },
			Sheet: { main: [[{ node: 'Launch a campaign', type: 'main', index: 0 }]] },
		},
	});
	const execution = await stage.client.finished(await stage.client.run(workflow, 'Start'));
	if (execution.status !== 'success') throw new Error(execution.errorMessage);
	await page.goto(`${stage.n8n.url}/workflow/${workflow.id}/executions/${execution.id}`);
	await page.getByTestId('execution-preview-host').getByTestId('canvas-node').first().waitFor();
	await openNode(page, 'Launch a campaign');
	await page.getByTestId('output-panel').getByText('scheduled_call_id').first().waitFor();
	await save('campaign');
}

async function pictureCredential(page: Page, { n8n }: Stage, save: Save) {
	await page.goto(`${n8n.url}/home/credentials`);
	await page.getByText('Samora (sandbox)').first().click();
	const dialog = page.getByTestId('credential-edit-dialog');
	await dialog.getByText('Connection tested successfully').waitFor();
	await save('credential');
}

main(path.resolve(process.argv[2] ?? path.join('docs', 'images'))).then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
