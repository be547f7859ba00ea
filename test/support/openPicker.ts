import { LoadOptionsContext } from 'n8n-core';
import { Workflow, type ILoadOptionsFunctions, type INodeListSearchResult } from 'n8n-workflow';

import { Samora } from '../../nodes/Samora/Samora.node.ts';
import { additionalData, nodeTypes, samoraNode, type SamoraCredential } from './engine';
import type { Parameters } from './sandboxRuns';

const { listSearch } = new Samora().methods;

export type Picker = keyof typeof listSearch;

/** Opens a picker as n8n's server does: the node's present parameters, and no items. */
export async function openPicker(
	picker: Picker,
	parameters: Parameters,
	credential: SamoraCredential,
	filter?: string,
	paginationToken?: string,
): Promise<INodeListSearchResult> {
	const node = samoraNode(parameters);
	const workflow = new Workflow({ nodes: [node], connections: {}, active: false, nodeTypes });
	const context = new LoadOptionsContext(
		workflow,
		node,
		{ ...additionalData(credential), currentNodeParameters: node.parameters },
		'parameters.campaignId',
	);
	const search: (
		this: ILoadOptionsFunctions,
		filter?: string,
		paginationToken?: string,
	) => Promise<INodeListSearchResult> = listSearch[picker];
	return await search.call(context, filter, paginationToken);
}
