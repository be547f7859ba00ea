import { PollContext, TriggerContext } from 'n8n-core';
import {
	Workflow,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type NodeParameterValueType,
	type WorkflowActivateMode,
} from 'n8n-workflow';

import { additionalData, nodeTypes, type SamoraCredential } from '../support/engine';

/** Where n8n keeps static data: one text per workflow. */
export interface StaticDataStore {
	load(): string;
	save(text: string): void;
}

const inMemory = (): StaticDataStore => {
	let stored = '{}';
	return {
		load: () => stored,
		save: (text) => {
			stored = text;
		},
	};
};

/**
 * What n8n's server does around a polling trigger, as n8n 1.123 and 2.41 do it: one context for all polls of a published
 * workflow, a first poll as it is published, and static data that are stored after that poll and with every event.
 * The contexts, the expressions and the requests are n8n-core's.
 */
export class PollHost {
	/** What executions were started with, poll by poll. */
	readonly batches: IDataObject[][] = [];

	/** What polls threw, as n8n shows it among the executions. */
	readonly thrown: Error[] = [];

	/** What the node wrote into n8n's log. */
	readonly warnings: string[] = [];

	private published?: { workflow: Workflow; context: PollContext };

	private cursor = '{}';

	constructor(
		readonly nodes: INode[],
		private readonly credential: SamoraCredential,
		private readonly store: StaticDataStore = inMemory(),
		private readonly id = 'campaigns',
		/** As with N8N_POLLER_DURABLE_CURSORS_ENABLED: what n8n keeps then is the node's alone, and stored with each poll. */
		private readonly durable = false,
	) {}

	get events(): IDataObject[] {
		return this.batches.flat();
	}

	get stored(): string {
		return this.store.load();
	}

	/** @throws what n8n shows to the person who publishes */
	async publish(mode: WorkflowActivateMode = 'activate'): Promise<void> {
		const workflow = this.workflow();
		await this.startTriggers(workflow, mode);
		const context = this.context(workflow, mode);
		const items = await this.run(context);
		if (items) this.emit(workflow, items);
		this.save(workflow);
		this.published = { workflow, context };
	}

	/** The schedule's turn. */
	async poll({ killed = false } = {}): Promise<IDataObject[]> {
		if (!this.published) throw new Error('Not published');
		const { workflow, context } = this.durable ? this.task() : this.published;
		try {
			const items = await this.run(context);
			if (this.durable && !killed) {
				this.cursor = JSON.stringify(context.getWorkflowStaticData('node'));
			}
			if (!items) return [];
			if (killed) this.start(items);
			else this.emit(workflow, items);
			return items.flat().map(({ json }) => json);
		} catch (thrown) {
			this.thrown.push(thrown as Error);
			return [];
		}
	}

	/** As when n8n starts again. */
	async restart(): Promise<void> {
		if (this.durable) return;
		await this.publish('init');
	}

	/** "Fetch Test Event" in the editor. */
	async fetchTestEvent(): Promise<IDataObject[]> {
		const workflow = this.workflow();
		const context = new PollContext(
			workflow,
			this.nodeOf(workflow),
			additionalData(this.credential),
			'manual',
			'manual',
		);
		const items = await this.run(context);
		return (items ?? []).flat().map(({ json }) => json);
	}

	/** Other triggers of the workflow are started on the same object as the polls run on. */
	private async startTriggers(workflow: Workflow, mode: WorkflowActivateMode): Promise<void> {
		const notHere = () => {
			throw new Error('Not part of these tests');
		};
		for (const node of workflow.getTriggerNodes()) {
			const type = nodeTypes.getByNameAndVersion(node.type, node.typeVersion);
			const data = additionalData(this.credential);
			const context = new TriggerContext(workflow, node, data, 'trigger', mode, notHere, notHere);
			await type.trigger!.call(context);
		}
	}

	private context(workflow: Workflow, mode: WorkflowActivateMode): PollContext {
		const context = new PollContext(
			workflow,
			this.nodeOf(workflow),
			additionalData(this.credential),
			'trigger',
			mode,
		);
		const warn = (message: string) => this.warnings.push(message);
		Object.defineProperty(context, 'logger', { value: { warn } });
		if (this.durable) {
			const staged = JSON.parse(this.cursor) as IDataObject;
			context.getWorkflowStaticData = () => staged;
		}
		return context;
	}

	/** With durable cursors, each poll has a context of its own. */
	private task(): { workflow: Workflow; context: PollContext } {
		const workflow = this.workflow();
		return { workflow, context: this.context(workflow, 'update') };
	}

	private nodeOf(workflow: Workflow): INode {
		return workflow.getPollNodes()[0];
	}

	private async run(context: PollContext): Promise<INodeExecutionData[][] | null> {
		const { type, typeVersion } = context.getNode();
		return await nodeTypes.getByNameAndVersion(type, typeVersion).poll!.call(context);
	}

	private emit(workflow: Workflow, items: INodeExecutionData[][]): void {
		this.save(workflow);
		this.start(items);
	}

	private start(items: INodeExecutionData[][]): void {
		this.batches.push(structuredClone(items.flat().map(({ json }) => json)));
	}

	private save({ staticData }: Workflow): void {
		if (staticData.__dataChanged !== true) return;
		this.store.save(JSON.stringify(staticData));
		staticData.__dataChanged = false;
	}

	private workflow(): Workflow {
		return new Workflow({
			id: this.id,
			name: 'Campaigns',
			nodes: structuredClone(this.nodes),
			connections: {},
			active: true,
			nodeTypes,
			staticData: JSON.parse(this.store.load()) as IDataObject,
			settings: {},
		});
	}
}

/** A Samora Campaign Trigger as a workflow saves it. */
export const campaignTriggerNode = (parameters: Record<string, NodeParameterValueType>): INode => ({
	id: 'campaign-trigger',
	name: 'Samora Campaign Trigger',
	type: 'n8n-nodes-samora.samoraCampaignTrigger',
	typeVersion: 1,
	position: [0, 0],
	credentials: { samoraApi: { id: '1', name: 'Samora' } },
	parameters: {
		pollTimes: { item: [{ mode: 'everyMinute' }] },
		campaignId: { __rl: true, mode: 'list', value: '' },
		events: ['CAMPAIGN_CALL_ENDED', 'CAMPAIGN_STATUS_CHANGED'],
		options: {},
		...parameters,
	} as INode['parameters'],
});
