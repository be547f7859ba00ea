import type { NodeConnectionType } from 'n8n-workflow';

/** What NodeConnectionTypes.Main is. n8n 1.82, the oldest this package works in, does not have that object yet. */
export const MAIN: NodeConnectionType = 'main';
