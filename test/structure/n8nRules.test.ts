import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';

import { SamoraApi } from '../../credentials/SamoraApi.credentials';
import { Samora } from '../../nodes/Samora/Samora.node';
import { SamoraCampaignTrigger } from '../../nodes/SamoraCampaignTrigger/SamoraCampaignTrigger.node';
import { SamoraTrigger } from '../../nodes/SamoraTrigger/SamoraTrigger.node';
import manifest from '../../package.json';
import {
	choicesOf,
	fieldsIn,
	groupsOf,
	operationsIn,
	shownFor,
	written,
} from '../support/descriptions';

/**
 * The rules of n8n's review that are newer than the published plugin (0.32.0), each under its own name. They are held
 * against the descriptions as n8n loads them: a linter sees only what is written out in the node's file.
 *
 * Two are about an `execute` that loops over its items and asks an API for each, which none of the nodes has:
 * `node-operation-error-itemindex`, `prefer-declarative-style`.
 */

const ROOT = join(__dirname, '../..');
const source = (file: string) => readFileSync(join(ROOT, file), 'utf8');

const credential = new SamoraApi();
const NODES = [
	{ type: new Samora(), file: 'nodes/Samora/Samora.node' },
	{ type: new SamoraTrigger(), file: 'nodes/SamoraTrigger/SamoraTrigger.node' },
	{
		type: new SamoraCampaignTrigger(),
		file: 'nodes/SamoraCampaignTrigger/SamoraCampaignTrigger.node',
	},
].map(({ type, file }) => ({
	description: type.description,
	hasExecute: 'execute' in type,
	file,
	codex: JSON.parse(source(`${file}.json`)) as Record<string, unknown> & { categories: string[] },
}));

const FIELDS = NODES.flatMap(({ description }) =>
	fieldsIn(description.properties).map(({ property, path }) => ({
		property,
		at: `${description.name} ${written(path)}`,
	})),
);
const fieldsThat = (is: (property: INodeProperties) => boolean) =>
	FIELDS.filter(({ property }) => is(property)).map(({ at }) => at);

describe('codex files', () => {
	/** The whole list of `valid-node-categories`, without AI, which `no-ai-codex-category` forbids. */
	const CATEGORIES = [
		'Analytics',
		'Communication',
		'Data & Storage',
		'Development',
		'Finance & Accounting',
		'Marketing & Content',
		'Miscellaneous',
		'Productivity',
		'Sales',
		'Utility',
	];

	it.each(NODES)('valid-node-categories: $file', ({ codex }) => {
		expect(codex.categories).not.toEqual([]);
		expect(codex.categories.filter((category) => !CATEGORIES.includes(category))).toEqual([]);
	});

	it.each(NODES)('no-codex-subcategories, no-logic-or-flow-nodes: $file', ({ codex }) => {
		expect(codex).not.toHaveProperty('subcategories');
	});
});

describe('package.json', () => {
	it('require-mit-license', () => {
		expect(manifest.license).toBe('MIT');
		expect(source('LICENSE')).toMatch(/^MIT License/);
	});

	it('require-community-node-keyword', () => {
		expect(manifest.keywords).toContain('n8n-community-node-package');
	});

	it('no-monorepo', () => expect(manifest.repository).not.toHaveProperty('directory'));
});

describe('names', () => {
	it.each(NODES)(
		'node-class-description-name-camelcase, node-filename-against-convention: $file',
		({ description: { name }, file }) => {
			expect(name).toMatch(/^[a-z][a-zA-Z0-9]*$/);
			expect(basename(file)).toBe(`${name[0].toUpperCase()}${name.slice(1)}.node`);
		},
	);

	it('cred-class-name-suffix, cred-class-name-field-conventions, cred-filename-against-convention', () => {
		expect(credential.constructor.name).toMatch(/Api$/);
		expect(credential.name).toMatch(/^[a-z]\w*Api$/);
		expect(manifest.n8n.credentials).toEqual([
			`dist/credentials/${credential.constructor.name}.credentials.js`,
		]);
	});

	it.each(NODES)('node-class-description-non-core-color: $file', ({ description }) => {
		expect(JSON.stringify(description.defaults)).not.toMatch(/#ff6d5a/i);
	});
});

describe('icon-contrast', () => {
	const LIGHT = '#ffffff';
	const DARK = '#2b2b2b';

	/** @see https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
	function luminance(color: string): number {
		const [r, g, b] = [1, 3, 5].map((at) => {
			const part = parseInt(color.slice(at, at + 2), 16) / 255;
			return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
		});
		return 0.2126 * r + 0.7152 * g + 0.0722 * b;
	}

	function contrast(one: string, other: string): number {
		const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b);
		return (lighter + 0.05) / (darker + 0.05);
	}

	it('measures as WCAG does', () => {
		expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
		expect(contrast('#000000', DARK)).toBeCloseTo(1.48, 2);
	});

	const icons = [
		...NODES.map(({ description, file }) => [file, description.icon] as const),
		['credentials/SamoraApi', credential.icon] as const,
	];

	// n8n warns below 1.5; 3 is what WCAG asks of graphics.
	it.each(icons)('%s stands out by 3:1 on either background', (file, icon) => {
		const { light, dark } = icon as { light: string; dark: string };
		for (const [reference, background] of [
			[light, LIGHT],
			[dark, DARK],
		]) {
			const drawing = source(join(dirname(file), reference.replace(/^file:/, '')));
			const colors = [...drawing.matchAll(/(?:fill|stroke|stop-color)="(#[0-9a-f]{6})"/g)];
			const ratios = colors.map(([, color]) => contrast(color, background));
			expect(Math.max(...ratios)).toBeGreaterThan(3);
		}
	});
});

describe('fields', () => {
	it('require-param-default', () => {
		expect(fieldsThat((property) => property.default === undefined)).toEqual([]);
	});

	it('hint-max-length', () => {
		expect(fieldsThat(({ hint = '' }) => hint.length > 120)).toEqual([]);
	});

	it('no-asterisk-in-option-names', () => {
		const names = (property: INodeProperties) => [
			...choicesOf(property).map(({ name }) => name),
			...groupsOf(property).map(({ displayName }) => displayName),
		];
		expect(fieldsThat((property) => names(property).some((name) => name.includes('*')))).toEqual(
			[],
		);
	});

	it('no-duplicate-param-options', () => {
		const isTwice = (list: unknown[]) => new Set(list).size < list.length;
		expect(
			fieldsThat((property) => {
				const choices = choicesOf(property);
				return isTwice(choices.map(({ name }) => name)) || isTwice(choices.map((one) => one.value));
			}),
		).toEqual([]);
	});

	it('open-ended-node-fields: JSON is asked for only where somebody chose to write JSON', () => {
		const open = NODES.flatMap(({ description }) =>
			description.properties.filter(({ type, required }) => type === 'json' && required !== true),
		);
		expect(open.map(({ name }) => name)).toEqual([]);
	});

	it('non-required-fields-in-collection: what may stay as it is stands in a collection', () => {
		// n8n's own guidelines put lists' limits here; an agent may come from the credential; a trigger without a campaign watches all; a mode says which field follows.
		const KNOWN = [
			'agentId',
			'campaignId',
			'events',
			'limit',
			'metadataMode',
			'returnAll',
			'simplify',
			'variableFields',
			'variablesMode',
		];
		const EXEMPT = ['collection', 'fixedCollection', 'notice', 'hidden'];
		const optional = NODES.flatMap(({ description }) =>
			description.properties.filter(
				({ name, type, required }) =>
					required !== true && !EXEMPT.includes(type) && !['resource', 'operation'].includes(name),
			),
		);
		expect(optional.map(({ name }) => name).filter((name) => !KNOWN.includes(name))).toEqual([]);
	});

	it('asks in every operation for what is required before what is not', () => {
		const { properties } = new Samora().description;
		const out = operationsIn(new Samora().description).flatMap(({ resource, value }) => {
			// An agent comes first, for what can be picked depends on it, and a mode shows the field it is about.
			const asked = shownFor({ properties } as INodeTypeDescription, resource, value).filter(
				({ name, type, displayOptions }) =>
					name !== 'agentId' &&
					type !== 'notice' &&
					Object.keys(displayOptions?.show ?? {}).every((key) =>
						['resource', 'operation'].includes(key),
					),
			);
			const firstOptional = asked.findIndex(({ required }) => required !== true);
			const late = asked.filter(({ required }, at) => required === true && at > firstOptional);
			return firstOptional === -1 ? [] : late.map(({ name }) => `${resource} ${value} ${name}`);
		});
		expect(out).toEqual([]);
	});

	it('options-sorted-alphabetically: of what is first in a list, only operations are not', () => {
		const [chooser] = new Samora().description.properties;
		const names = choicesOf(chooser).map(({ name }) => name);
		expect(names).toEqual([...names].sort());
	});
});

it('no-hardcoded-ids: no account is written into what is published', () => {
	const IDS =
		/\b(partner|affiliate|reseller|account|tenant|customer|client)_?id['"]?\s*[:=]\s*['"]/i;
	for (const { file } of NODES) expect(source(`${file}.ts`)).not.toMatch(IDS);
	expect(source('credentials/SamoraApi.credentials.ts')).not.toMatch(IDS);
});

it('single-credential-per-node', () => {
	for (const { description } of NODES) {
		expect(description.credentials).toEqual([{ name: 'samoraApi', required: true }]);
	}
});

it('require-continue-on-fail: an execute() asks whether to go on', () => {
	const executing = NODES.filter(({ hasExecute }) => hasExecute);
	expect(executing.map(({ description }) => description.name)).toEqual(['samoraTrigger']);
	for (const { file } of executing) {
		const [, body] = source(`${file}.ts`).split('async execute(');
		expect(body).toContain('this.continueOnFail()');
	}
});
