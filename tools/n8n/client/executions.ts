import { parse as parseFlatted } from 'flatted';

import { at, optionalText, record, text } from './answers';
import { isRecord, type JsonRecord } from '../../json';

export interface ExecutionSummary {
	id: string;
	workflowId: string;
	mode: string;
	status: string;
	startedAt: string | null;
}

export interface Execution extends ExecutionSummary {
	/** The JSON items of a node's output branch in its last run. Empty if the node didn't run. */
	output(nodeName: string, branch?: number): JsonRecord[];
	/** The JSON items for the node that runs next. Empty if there is none. */
	waitingItems(): JsonRecord[];
	/** The message of the error that ended the execution, if any. */
	errorMessage: string | undefined;
	/** n8n's own data, for everything else. */
	data: unknown;
}

export function asExecutionSummary(execution: JsonRecord): ExecutionSummary {
	return {
		id: text(execution, 'id'),
		workflowId: text(execution, 'workflowId'),
		mode: text(execution, 'mode'),
		status: text(execution, 'status'),
		startedAt: optionalText(execution.startedAt) ?? null,
	};
}

/** An execution as n8n keeps it: 2.x flattens its data into a text. */
export function asExecution(answer: JsonRecord): Execution {
	const stored = answer.data;
	const data: unknown = typeof stored === 'string' ? parseFlatted(stored) : stored;
	return {
		...asExecutionSummary(answer),
		data,
		errorMessage: optionalText(at(data, 'resultData', 'error', 'message')),
		output: (nodeName, branch = 0) => outputOf(data, nodeName, branch),
		waitingItems: () => waitingItemsOf(data),
	};
}

/** Whether it has ended and n8n has written down how: n8n 1 says that it ended a moment before. */
export function hasEnded({ status, data }: Execution): boolean {
	if (['new', 'running', 'waiting'].includes(status)) return false;
	return !['success', 'error'].includes(status) || hasRun(data);
}

function hasRun(data: unknown): boolean {
	const runs = at(data, 'resultData', 'runData');
	const ended = at(data, 'resultData', 'error') !== undefined;
	return ended || (isRecord(runs) && Object.keys(runs).length > 0);
}

function outputOf(data: unknown, nodeName: string, branch: number): JsonRecord[] {
	const runs = at(data, 'resultData', 'runData', nodeName);
	const lastRun: unknown = Array.isArray(runs) ? runs.at(-1) : undefined;
	return itemsOf(lastRun, branch);
}

function waitingItemsOf(data: unknown): JsonRecord[] {
	const stack = at(data, 'executionData', 'nodeExecutionStack');
	return itemsOf(Array.isArray(stack) ? stack[0] : undefined, 0);
}

function itemsOf(step: unknown, branch: number): JsonRecord[] {
	const branches = at(step, 'data', 'main');
	const items: unknown = Array.isArray(branches) ? branches[branch] : undefined;
	return (Array.isArray(items) ? items : []).filter(isRecord).map((item) => record(item.json));
}
