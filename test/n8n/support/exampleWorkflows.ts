import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import type {
	CredentialReference,
	NewWorkflow,
	WorkflowNode,
} from '../../../tools/n8n/client/client';
import { isRecord, parseJson, type JsonRecord } from '../../../tools/json';

const FOLDER = path.resolve(__dirname, '..', '..', '..', 'examples');

export async function exampleFiles(): Promise<string[]> {
	return (await readdir(FOLDER)).filter((file) => file.endsWith('.json')).sort();
}

export async function readExample(file: string): Promise<NewWorkflow> {
	return parseJson(await readFile(path.join(FOLDER, file), 'utf8')) as NewWorkflow;
}

/** What a person sets after importing an example. */
export interface Settings {
	agentId: string;
	/** Data tables by the name the example gives them. */
	tables: Record<string, string>;
	/** By type. */
	credentials: Record<string, CredentialReference>;
	/** Takes the place of the services at example.com. */
	serviceUrl: string;
}

/** The tests run at any hour. */
const ALWAYS = {
	from: '00:00',
	to: '24:00',
	days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'],
};

export function withSettings(workflow: NewWorkflow, settings: Settings): NewWorkflow {
	return { ...workflow, nodes: workflow.nodes.map((node) => withNodeSettings(node, settings)) };
}

function withNodeSettings(node: WorkflowNode, settings: Settings): WorkflowNode {
	const credential = settings.credentials[credentialTypeOf(node)];
	return {
		...node,
		parameters: filled(node.parameters, settings),
		...(node.type === 'n8n-nodes-base.wait' && {
			parameters: { ...node.parameters, resume: 'specificTime', dateTime: '={{ $now }}' },
		}),
		...(credential && {
			credentials: { [credential.type]: { id: credential.id, name: credential.name } },
		}),
	};
}

/** The data tables an example uses, by the name it gives them. */
export const tablesIn = ({ nodes }: NewWorkflow): Set<string> =>
	new Set(
		nodes.flatMap(({ parameters: { dataTableId } }) =>
			isRecord(dataTableId) ? [String(dataTableId.cachedResultName)] : [],
		),
	);

/** The credential a node asks for; '' for none. */
function credentialTypeOf({ type, parameters }: WorkflowNode): string {
	if (type.startsWith('n8n-nodes-samora.')) return 'samoraApi';
	if (type.endsWith('.lmChatOpenAi')) return 'openAiApi';
	if (type.startsWith('n8n-nodes-base.emailSend')) return 'smtp';
	if (parameters.authentication === 'headerAuth') return 'httpHeaderAuth';
	return typeof parameters.genericAuthType === 'string' ? parameters.genericAuthType : '';
}

function filled(parameters: JsonRecord, { agentId, tables, serviceUrl }: Settings): JsonRecord {
	const { dataTableId, options, url } = parameters;
	return {
		...parameters,
		...('agentId' in parameters && { agentId }),
		...(isRecord(dataTableId) && {
			dataTableId: { ...dataTableId, value: tables[String(dataTableId.cachedResultName)] },
		}),
		...(isRecord(options) &&
			isRecord(options.callingHours) && {
				options: { ...options, callingHours: { values: ALWAYS } },
			}),
		...(typeof url === 'string' && {
			url: url.replace(/https:\/\/[a-z]+\.example\.com/, serviceUrl),
		}),
	};
}
