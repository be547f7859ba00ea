import type { INodeProperties } from 'n8n-workflow';

import { SamoraApi } from '../../credentials/SamoraApi.credentials';
import { Samora } from '../../nodes/Samora/Samora.node';
import { SamoraCampaignTrigger } from '../../nodes/SamoraCampaignTrigger/SamoraCampaignTrigger.node';
import { SamoraTrigger } from '../../nodes/SamoraTrigger/SamoraTrigger.node';
import { choicesOf, fieldsIn, operationsIn, shownFor, written } from '../support/descriptions';
import { ACTIONS, CAMPAIGN_TRIGGER, TRIGGER } from './savedNames';

/** The countries in the world, and the time zones that the platform knows. */
const NAMED_BY_A_STANDARD = ['defaultCountry', 'timezone'];

/** The names of parameters, with the words to choose from where they are saved too. */
function namesOf(properties: INodeProperties[]): string[] {
	return fieldsIn(properties)
		.filter(({ property }) => property.type !== 'notice')
		.map(({ property, path }) => {
			const modes = (property.modes ?? []).map(({ name }) => name);
			const words = choicesOf(property).map(({ value }) => String(value));
			return [
				written(path),
				...(modes.length > 0 ? [`(${modes.join('|')})`] : []),
				...(words.length > 0 && !NAMED_BY_A_STANDARD.includes(property.name)
					? [`: ${words.join('|')}`]
					: []),
			].join('');
		});
}

/** The order of names and words is free. */
const sorted = (names: string[]) =>
	names
		.map((name) => {
			const [field, words] = name.split(': ');
			return words === undefined ? field : `${field}: ${words.split('|').sort().join('|')}`;
		})
		.sort();

const samora = new Samora().description;
const trigger = new SamoraTrigger().description;
const campaignTrigger = new SamoraCampaignTrigger().description;
const credential = new SamoraApi();

it('the nodes and the credential keep their names', () => {
	expect([samora.name, trigger.name, campaignTrigger.name, credential.name]).toEqual([
		'samora',
		'samoraTrigger',
		'samoraCampaignTrigger',
		'samoraApi',
	]);
	expect([samora.version, trigger.version, campaignTrigger.version]).toEqual([1, 1, 1]);
	for (const { credentials } of [samora, trigger, campaignTrigger]) {
		expect(credentials).toEqual([expect.objectContaining({ name: 'samoraApi' })]);
	}
});

it('the credential’s fields keep their names', () => {
	expect(namesOf(credential.properties)).toEqual(['apiKey', 'baseUrl', 'defaultAgentId']);
	expect(credential.properties[1].default).toBe('https://api.samora.ai');
});

it('the resources and operations keep their names', () => {
	const resource = samora.properties.find(({ name }) => name === 'resource');
	expect(choicesOf(resource as INodeProperties).map(({ value }) => value)).toEqual(
		Object.keys(ACTIONS),
	);
	const operations = operationsIn(samora).map((one) => `${one.resource}: ${one.value}`);
	expect(operations.sort()).toEqual(
		Object.entries(ACTIONS)
			.flatMap(([name, of]) => Object.keys(of).map((operation) => `${name}: ${operation}`))
			.sort(),
	);
});

describe.each(Object.keys(ACTIONS))('the parameters of %s', (resource) => {
	it.each(Object.keys(ACTIONS[resource]))('%s', (operation) => {
		expect(sorted(namesOf(shownFor(samora, resource, operation)))).toEqual(
			sorted(ACTIONS[resource][operation]),
		);
	});
});

it('shows every parameter of the node for an operation', () => {
	const always = ['resource', 'operation'];
	const shown = new Set(
		operationsIn(samora).flatMap(({ resource, value }) => shownFor(samora, resource, value)),
	);
	const hidden = samora.properties.filter(
		({ name }) => ![...shown].some((one) => one.name === name) && !always.includes(name),
	);
	expect(hidden.map(({ name }) => name)).toEqual([]);
});

it('the parameters of the campaign trigger keep their names', () => {
	expect(sorted(namesOf(campaignTrigger.properties))).toEqual(sorted(CAMPAIGN_TRIGGER));
	expect(campaignTrigger).toMatchObject({ polling: true, version: 1 });
	expect(campaignTrigger.usableAsTool).toBeUndefined();
});

it('the parameters of the trigger, and its webhook', () => {
	expect(sorted(namesOf(trigger.properties))).toEqual(sorted(TRIGGER));
	expect(trigger.webhooks).toEqual([
		expect.objectContaining({ name: 'default', httpMethod: 'POST' }),
	]);
});

it('the resource and the operations keep their defaults', () => {
	const standard = (resource: string, operation: string, name: string) =>
		fieldsIn(shownFor(samora, resource, operation)).find(({ path }) => written(path) === name)
			?.property.default;
	expect(standard('campaign', 'getAll', 'limit')).toBe(50);
	expect(standard('campaign', 'getAll', 'returnAll')).toBe(false);
	expect(standard('call', 'trigger', 'options.maxConcurrency')).toBe(5);
	expect(standard('call', 'trigger', 'options.redialUnknown')).toBe(false);
	const skipDuplicateEvents = fieldsIn(trigger.properties).find(
		({ path }) => written(path) === 'options.skipDuplicateEvents',
	);
	expect(skipDuplicateEvents?.property.default).toBe(true);
});
