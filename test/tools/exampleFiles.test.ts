import type { INodeTypeDescription } from 'n8n-workflow';

import { Samora } from '../../nodes/Samora/Samora.node';
import { SamoraCampaignTrigger } from '../../nodes/SamoraCampaignTrigger/SamoraCampaignTrigger.node';
import { SamoraTrigger } from '../../nodes/SamoraTrigger/SamoraTrigger.node';
import type { NewWorkflow, WorkflowNode } from '../../tools/n8n/client/client';
import { isRecord, type JsonRecord } from '../../tools/json';
import { fieldsIn, written } from '../support/descriptions';
import { exampleFiles, readExample } from '../n8n/support/exampleWorkflows';

/** What the files promise before anybody imports them; `test/n8n/examples.test.ts` runs them. */

const DIALING = ['trigger', 'triggerAndWait', 'launch'];
/** Added by n8n: to polling nodes, and to tools. */
const GIVEN_BY_N8N = ['pollTimes', 'descriptionType', 'toolDescription'];
const DESCRIPTIONS: Record<string, INodeTypeDescription> = Object.fromEntries(
	[new Samora(), new SamoraTrigger(), new SamoraCampaignTrigger()].map(({ description }) => [
		description.name,
		description,
	]),
);
let examples: Array<[string, NewWorkflow]>;

beforeAll(async () => {
	const files = await exampleFiles();
	examples = await Promise.all(
		files.map(async (file) => [file, await readExample(file)] as [string, NewWorkflow]),
	);
	expect(examples.length).toBeGreaterThan(4);
});

/** The files of which something holds. */
const where = (holds: (workflow: NewWorkflow) => boolean) =>
	examples.filter(([, workflow]) => holds(workflow)).map(([file]) => file);

it('example workflows explain themselves on a note, and say what to set', () => {
	const isExplained = ({ nodes }: NewWorkflow) =>
		nodes.some(
			({ type, parameters }) =>
				type === 'n8n-nodes-base.stickyNote' && /### Set up/.test(String(parameters.content)),
		);
	expect(where((workflow) => !isExplained(workflow))).toEqual([]);
});

it('example workflows carry no credential and no agent, so that n8n marks what is missing', () => {
	const isPrivate = ({ nodes }: NewWorkflow) =>
		nodes.some(
			({ credentials, parameters }) =>
				credentials !== undefined || ('agentId' in parameters && parameters.agentId !== ''),
		);
	expect(where(isPrivate)).toEqual([]);
});

it('example workflows call in calling hours only, and each number once', () => {
	const careless = ({ parameters }: NewWorkflow['nodes'][number]) => {
		const { operation, options } = parameters;
		if (!DIALING.includes(String(operation))) return false;
		const { callingHours, repeatedNumbers, redialUnknown, skipDuplicates } = isRecord(options)
			? options
			: {};
		const isOnce =
			operation === 'launch'
				? skipDuplicates === true
				: repeatedNumbers === 'skip' && redialUnknown === false;
		return !isRecord(callingHours) || !isOnce;
	};
	expect(where(({ nodes }) => nodes.some(careless))).toEqual([]);
});

it('example workflows say what happens outside the calling hours', () => {
	const isSilent = ({ nodes }: NewWorkflow) => {
		const note = nodes.map(({ parameters }) => String(parameters.content ?? '')).join('\n');
		const isLimited = JSON.stringify(nodes).includes('"callingHours"');
		return isLimited && !/at (other|another) time|outside Monday/i.test(note);
	};
	expect(where(isSilent)).toEqual([]);
});

it('example workflows use only parameters that the nodes have', () => {
	const unknown = examples.flatMap(([file, { nodes }]) =>
		nodes.flatMap(({ type, name, parameters }) => {
			const description = DESCRIPTIONS[type.replace('n8n-nodes-samora.', '').replace(/Tool$/, '')];
			if (!description) return [];
			const known = new Set(
				fieldsIn(shownFor(description, parameters)).map(({ path }) => written(path)),
			);
			return Object.entries(isRecord(parameters.options) ? parameters.options : {})
				.map(([option]) => `options.${option}`)
				.concat(Object.keys(parameters))
				.filter((parameter) => !known.has(parameter) && !GIVEN_BY_N8N.includes(parameter))
				.map((parameter) => `${file}: ${name}: ${parameter}`);
		}),
	);
	expect(unknown).toEqual([]);
});

/** The parameters of the operation that is chosen. */
const shownFor = ({ properties }: INodeTypeDescription, { resource, operation }: JsonRecord) =>
	properties.filter(({ displayOptions }) => {
		const { resource: resources, operation: operations } = displayOptions?.show ?? {};
		return (
			(!resources || resources.some((value) => value === resource)) &&
			(!operations || operations.some((value) => value === operation))
		);
	});

it('example workflows have no node that covers another, or its name', () => {
	const isCrowded = ({ nodes }: NewWorkflow) => {
		const places = nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote').map(spaceOf);
		return places.some((one, n) =>
			places
				.slice(n + 1)
				.some(
					(other) =>
						one.left < other.right &&
						other.left < one.right &&
						one.top < other.bottom &&
						other.top < one.bottom,
				),
		);
	};
	expect(where(isCrowded)).toEqual([]);
});

/** Nodes with nodes of their own are wide. The name of the others is below them, and wider than they are. */
function spaceOf({ type, position: [x, y] }: WorkflowNode) {
	const size = 96;
	const overhang = 48;
	return /\.(agent|chainLlm)$|HitlTool$/.test(type)
		? { left: x, right: x + 256, top: y, bottom: y + size }
		: { left: x - overhang, right: x + size + overhang, top: y, bottom: y + size + 32 };
}

it('example workflows connect and name only nodes that exist', () => {
	const isLoose = ({ nodes, connections }: NewWorkflow) => {
		const names = new Set(nodes.map(({ name }) => name));
		const linked = Array.from(
			JSON.stringify(connections).matchAll(/"node":"([^"]+)"/g),
			([, name]) => name,
		);
		const mentioned = Array.from(
			JSON.stringify(nodes).matchAll(/\$\('([^']+)'\)/g),
			([, name]) => name,
		);
		return [...Object.keys(connections), ...linked, ...mentioned].some((name) => !names.has(name));
	};
	expect(where(isLoose)).toEqual([]);
});
