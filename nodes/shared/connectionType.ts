import type { NodeConnectionType } from 'n8n-workflow';

/** What NodeConnectionTypes.Main is. The first versions of n8n with custom operations do not have that object yet. */
export const MAIN: NodeConnectionType = 'main';
