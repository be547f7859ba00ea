import { callAList, callANewLead, logCallOutcomes, TABLES } from '../../demo/workflows';
import type { NewWorkflow } from '../../tools/n8n/client/client';
import { isRecord } from '../../tools/json';

const belongings = {
	credential: { id: 'credential-1', name: 'Samora', type: 'samoraApi' },
	tables: Object.fromEntries(Object.keys(TABLES).map((name) => [name, `ID of ${name}`])),
	agentId: 'agent-1',
};

describe.each([
	['call a new lead', callANewLead],
	['log call outcomes', logCallOutcomes],
	['call a list', callAList],
])('the workflow "%s"', (_, load) => {
	let workflow: NewWorkflow;

	beforeAll(async () => {
		workflow = await load(belongings);
	});

	const named = (name: string) => workflow.nodes.find((node) => node.name === name);

	it('has a name and an ID for every node alone', () => {
		const { nodes } = workflow;
		expect(new Set(nodes.map(({ name }) => name)).size).toBe(nodes.length);
		expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
	});

	it('connects nodes that exist', () => {
		const links = Object.entries(workflow.connections).flatMap(([from, outputs]) => [
			from,
			...Array.from(JSON.stringify(outputs).matchAll(/"node":"([^"]+)"/g), ([, to]) => to),
		]);
		expect(links.filter((name) => !named(name))).toEqual([]);
	});

	it('names only nodes that exist in its expressions', () => {
		const mentioned = Array.from(
			JSON.stringify(workflow.nodes).matchAll(/\$\('([^']+)'\)/g),
			([, name]) => name,
		);
		expect(mentioned.filter((name) => !named(name))).toEqual([]);
	});

	it('gives every Samora node the credential and, where it has one, the agent of this n8n', () => {
		const ours = workflow.nodes.filter(({ type }) => type.startsWith('n8n-nodes-samora.'));
		expect(ours.length).toBeGreaterThan(0);
		for (const { credentials, parameters } of ours) {
			expect(credentials).toEqual({ samoraApi: { id: 'credential-1', name: 'Samora' } });
			expect([undefined, 'agent-1']).toContain(parameters.agentId);
		}
	});

	it('writes exactly the columns of the tables that the demo makes', () => {
		for (const { type, parameters } of workflow.nodes) {
			if (type !== 'n8n-nodes-base.dataTable') continue;
			const { dataTableId, columns } = parameters;
			const name = isRecord(dataTableId) ? String(dataTableId.cachedResultName) : '';
			expect(dataTableId).toMatchObject({ value: `ID of ${name}` });
			if (parameters.operation === 'get') continue;
			const values = isRecord(columns) && isRecord(columns.value) ? columns.value : {};
			expect(Object.keys(values)).toEqual(TABLES[name].map((column) => column.name));
		}
	});
});
