import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { SamoraApi } from '../../credentials/SamoraApi.credentials';
import { Samora } from '../../nodes/Samora/Samora.node.ts';
import { SamoraCampaignTrigger } from '../../nodes/SamoraCampaignTrigger/SamoraCampaignTrigger.node.ts';
import { SamoraTrigger } from '../../nodes/SamoraTrigger/SamoraTrigger.node.ts';
import { operationsIn, shownFor } from '../../test/support/descriptions';
import type { Example, Examples } from './examples';
import { asSentence, parametersIn } from './parameters';
import { table } from './table';

const samora = new Samora().description;
const trigger = new SamoraTrigger().description;
const campaignTrigger = new SamoraCampaignTrigger().description;

/** The maximum number of output items in an example. */
const SHOWN_ITEMS = 2;

/** The page with all operations and parameters, as Markdown. */
export function operationsPage(examples: Examples): string {
	const operations = operationsIn(samora);
	const resources = (samora.properties.find(({ name }) => name === 'resource')?.options ??
		[]) as INodePropertyOptions[];
	const headed = operations.map((operation) => {
		const resource = resources.find(({ value }) => value === operation.resource);
		return { ...operation, heading: `${resource?.name}: ${operation.name}` };
	});
	return `${[
		'# Every operation and its parameters',
		'Written by `npm run docs` from the nodes themselves; the examples are runs of the node against the [sandbox](../sandbox/README.md), with its IDs and times made the same for every run. **Name** is what a workflow saves, and what an expression such as `{{ $parameter["toNumber"] }}` reads.',
		[
			...headed.map(({ heading }) => `- [${heading}](#${anchor(heading)})`),
			'- [Samora Trigger](#samora-trigger)',
			'- [Samora Campaign Trigger](#samora-campaign-trigger)',
			'- [Credential: Samora API](#credential-samora-api)',
		].join('\n'),
		'Every operation of the node **Samora** also has **Request Options**, which n8n adds: Batching, Ignore SSL Issues, Proxy and Timeout.',
		...headed.flatMap(({ heading, resource, value, description = '' }) => [
			`## ${heading}`,
			asSentence(description),
			`\`resource: ${resource}\` · \`operation: ${value}\``,
			parameterTable(shownFor(samora, resource, value)),
			...exampleOf(examples.operations, `${resource}.${value}`),
		]),
		'## Samora Trigger',
		asSentence(trigger.description),
		...notices(trigger.properties),
		parameterTable(trigger.properties),
		'Gives, for a call that has finished:',
		json(examples.event),
		'## Samora Campaign Trigger',
		asSentence(campaignTrigger.description),
		parameterTable(campaignTrigger.properties),
		'What it gives is in [the page about it](campaign-trigger.md).',
		'## Credential: Samora API',
		parameterTable(new SamoraApi().properties),
	].join('\n\n')}\n`;
}

const anchor = (heading: string): string =>
	heading
		.toLowerCase()
		.replace(/[^a-z -]/g, '')
		.replaceAll(' ', '-');

function parameterTable(properties: INodeProperties[]): string {
	const parameters = parametersIn(properties);
	if (parameters.length === 0) return 'It has no parameters.';
	return table(
		['Parameter', 'Name', 'Kind', 'Default', 'What it is'],
		parameters.map(({ label, name, kind, default: initial, description }) => [
			label,
			`\`${name}\``,
			kind,
			initial,
			description,
		]),
	);
}

const notices = (properties: INodeProperties[]): string[] =>
	properties.filter(({ type }) => type === 'notice').map(({ displayName }) => displayName);

function exampleOf(examples: readonly Example[], operation: string): string[] {
	const example = examples.find((one) => one.operation === operation);
	if (!example)
		throw new Error(
			`There is no example of ${operation}: add it to the story in tools/docs/examples.ts`,
		);
	const { parameters, items, output } = example;
	const more = output.length - SHOWN_ITEMS;
	return [
		...(Object.keys(parameters).length > 0 ? ['With these parameters', json(parameters)] : []),
		...(items.some((item) => Object.keys(item).length > 0)
			? ['and these input items', json(items)]
			: []),
		'it gives',
		json(output.slice(0, SHOWN_ITEMS)),
		...(more > 0 ? [`and ${more} more.`] : []),
	];
}

const json = (value: unknown): string => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
