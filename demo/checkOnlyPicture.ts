import type { Locator, Page } from 'playwright-core';

import { openNode, takePicture } from '../tools/n8n/browser';
import type { SavedWorkflow, WorkflowNode } from '../tools/n8n/client/client';
import { isRecord } from '../tools/json';
import type { Stage } from './stage';

/** What people's sheets look like. */
const SHEET = [
	['Ada Lovelace', '+1 415 555 0100'],
	['Grace Hopper', '(415) 555-2671'],
	['Alan Turing', '+44 20 7946 0018'],
	['Radia Perlman', '98765 43210'],
	['Hedy Lamarr', '+49 30 901820'],
	['Claude Shannon', 'n/a'],
	['Edsger Dijkstra', '+31 20 624 1111'],
	['Barbara Liskov', '+1 (617) 253-1000'],
	['Donald Knuth', '415-555-0107'],
	['Katherine Johnson', '+1 757 864 1000'],
	['Ada Lovelace', '+14155550100'],
	['Annie Easley', ''],
	['Tim Berners-Lee', '4.4208E+11'],
	['Mary Jackson', '+1 415 555 0111'],
	['Dorothy Vaughan', '-'],
	['John von Neumann', '+36 1 463 1111'],
	['Joan Clarke', '0044 20 7946 0102'],
	['Margaret Hamilton', '617 253 1000 / 617 253 1001'],
	['Niklaus Wirth', '+41 44 632 11 11'],
	['Ken Thompson', '(212) 555-0119'],
	['Dennis Ritchie', '908-582-3000'],
	['Frances Allen', '+1 914 945 3000'],
	['Linus Torvalds', '09 4711'],
	['Guido van Rossum', '020 525 9111'],
	['Anita Borg', 'see email'],
	['Adele Goldberg', '+1 650 812 4000'],
	['Jean Bartik', '215-898-5000'],
	['Betty Holberton', '215-898-5001'],
	['Evelyn Boyd', '215 898 5002'],
	['Sophie Wilson', '01223 400400'],
].map(([name, phone]) => ({ name, phone }));

const DO_NOT_CALL = '+1 415 555 0111\n+31 20 624 1111';

/** Wide, so that the table of a sheet has room. */
const VIEWPORT = { width: 1600, height: 900 };

/** A picture of a messy sheet in Check Only, as a table. */
export async function pictureCheckOnly(page: Page, stage: Stage, file: string): Promise<void> {
	const before = page.viewportSize();
	await page.setViewportSize(VIEWPORT);
	await show(
		page,
		stage,
		await run(stage, { checkOnly: true, includeInputFields: true, defaultCountry: 'US' }),
	);
	const output = page.getByTestId('output-panel');
	await output.getByText('would_call').first().waitFor();
	await dragLeft(page, page.getByTestId('panel-drag-button'), 420);
	await takePicture(page, file, output);
	if (before) await page.setViewportSize(before);
}

/** Makes the panel on the right of a handle wider. */
async function dragLeft(page: Page, handle: Locator, by: number): Promise<void> {
	const box = await handle.boundingBox();
	if (!box) throw new Error('The handle between the panels is not shown');
	const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
	await page.mouse.move(x, y);
	await page.mouse.down();
	await page.mouse.move(x - by, y, { steps: 10 });
	await page.mouse.up();
	await page.mouse.move(0, 0);
}

/** Runs the sheet through Call: Trigger. */
async function run(
	{ client, callANewLead, sandbox }: Stage,
	options: Record<string, unknown>,
): Promise<{ workflow: SavedWorkflow; execution: string }> {
	const called = callANewLead.definition.nodes;
	const caller = (Array.isArray(called) ? called : [])
		.filter(isRecord)
		.find(({ name }) => name === 'Call the lead');
	if (!caller) throw new Error('The demo has no node "Call the lead"');
	const node = (fields: Partial<WorkflowNode> & { name: string; type: string }): WorkflowNode => ({
		id: fields.name,
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		...fields,
	});
	const workflow = await client.createWorkflow({
		name: 'Check a sheet',
		nodes: [
			node({ name: 'Start', type: 'n8n-nodes-base.manualTrigger' }),
			node({
				name: 'Sheet',
				type: 'n8n-nodes-base.code',
				typeVersion: 2,
				position: [220, 0],
				parameters: { jsCode: `return ${JSON.stringify(SHEET)}.map((json) => ({ json }));` },
			}),
			node({
				name: 'Check the sheet',
				type: 'n8n-nodes-samora.samora',
				position: [440, 0],
				parameters: {
					resource: 'call',
					operation: 'trigger',
					agentId: sandbox.agents[0].id,
					toNumber: '={{ $json.phone }}',
					metadataMode: 'keyValue',
					options: { doNotCall: DO_NOT_CALL, ...options },
				},
				credentials: caller.credentials as WorkflowNode['credentials'],
			}),
		],
		connections: {
			Start: { main: [[{ node: 'Sheet', type: 'main', index: 0 }]] },
			Sheet: { main: [[{ node: 'Check the sheet', type: 'main', index: 0 }]] },
		},
	});
	const execution = await client.finished(await client.run(workflow, 'Start'));
	return { workflow, execution: String(execution.id) };
}

async function show(
	page: Page,
	{ n8n }: Stage,
	{ workflow, execution }: Awaited<ReturnType<typeof run>>,
): Promise<void> {
	await page.goto(`${n8n.url}/workflow/${workflow.id}/executions/${execution}`);
	await page.getByTestId('execution-preview-host').getByTestId('canvas-node').first().waitFor();
	await openNode(page, 'Check the sheet');
}
