import type { NewWorkflow } from '../../tools/n8n/client/client';
import { isRecord } from '../../tools/json';
import { exampleFiles, readExample } from '../n8n/support/exampleWorkflows';

/** What the files promise before anybody imports them; `test/n8n/examples.test.ts` runs them. */

const DIALING = ['trigger', 'triggerAndWait'];
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

it('example workflows carry no credential and no real agent', () => {
	const isPrivate = ({ nodes }: NewWorkflow) =>
		nodes.some(
			({ credentials, parameters }) =>
				credentials !== undefined ||
				('agentId' in parameters && !/^0{8}-/.test(String(parameters.agentId))),
		);
	expect(where(isPrivate)).toEqual([]);
});

it('example workflows call in calling hours only, and each number once', () => {
	const careless = ({ parameters }: NewWorkflow['nodes'][number]) => {
		const { operation, options } = parameters;
		if (!DIALING.includes(String(operation))) return false;
		const { callingHours, repeatedNumbers, redialUnknown } = isRecord(options) ? options : {};
		return !isRecord(callingHours) || repeatedNumbers !== 'skip' || redialUnknown !== false;
	};
	expect(where(({ nodes }) => nodes.some(careless))).toEqual([]);
});

it('example workflows have no node that covers another', () => {
	const isCrowded = ({ nodes }: NewWorkflow) => {
		const places = nodes
			.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote')
			.map(({ position: [x, y] }) => ({ x, y }));
		return places.some((one, n) =>
			places
				.slice(n + 1)
				.some((other) => Math.abs(one.x - other.x) < 112 && Math.abs(one.y - other.y) < 112),
		);
	};
	expect(where(isCrowded)).toEqual([]);
});

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
