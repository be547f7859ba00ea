import { isRecord, type JsonRecord } from '../../json';
import { N8nRefusal, type N8nSession } from './session';
import { waitFor } from '../../waiting';
import type { SavedWorkflow } from './workflows';

/** Where the REST APIs of n8n 1.x and 2.x differ. */
export interface PublishingStyle {
	publish(session: N8nSession, workflow: SavedWorkflow): Promise<void>;
	unpublish(session: N8nSession, workflowId: string): Promise<void>;
	manualRun(workflow: SavedWorkflow, triggerName: string): JsonRecord;
}

export function publishingOf(version: string): PublishingStyle {
	return version.startsWith('1.') ? activation : publication;
}

/** 2.x publishes a version of the workflow, and registers its triggers after the response. */
const publication: PublishingStyle = {
	async publish(session, { id, versionId }) {
		await session.request('POST', `/rest/workflows/${id}/activate`, { versionId });
		const failures = await waitFor(
			async () => {
				const status = await session.request('GET', `/rest/workflows/${id}/publication-status`);
				if (!isRecord(status) || status.status === 'in_progress') return undefined;
				if (status.status === 'not_published') return undefined;
				const triggers = Array.isArray(status.triggers) ? status.triggers.filter(isRecord) : [];
				return triggers.flatMap(({ errorMessage }) => (errorMessage ? [String(errorMessage)] : []));
			},
			{ what: `The registration of the triggers of workflow ${id}` },
		);
		if (failures.length > 0) throw new N8nRefusal(failures.join('; '), 200);
	},
	async unpublish(session, workflowId) {
		await session.request('POST', `/rest/workflows/${workflowId}/deactivate`, {});
	},
	manualRun: (_workflow, triggerName) => ({ triggerToStartFrom: { name: triggerName } }),
};

/** 1.x has a switch, and responds once the triggers are registered. */
const activation: PublishingStyle = {
	async publish(session, { id, versionId }) {
		await session.request('PATCH', `/rest/workflows/${id}`, { active: true, versionId });
	},
	async unpublish(session, workflowId) {
		await session.request('PATCH', `/rest/workflows/${workflowId}`, { active: false });
	},
	manualRun: ({ definition }, triggerName) => ({
		workflowData: definition,
		triggerToStartFrom: { name: triggerName },
	}),
};
