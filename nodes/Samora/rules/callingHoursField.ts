import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { DAYS, RECIPIENT } from './openHours';

/** Zones that the platform knows, but lists under an older name or not at all. */
const UNLISTED = ['Asia/Kolkata', 'UTC'];

/** n8n finds a choice by any part of its name: "America/New_York (New York)" */
const nameOf = (zone: string) =>
	zone.includes('_')
		? `${zone} (${zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')})`
		: zone;

function timezoneChoices(): INodePropertyOptions[] {
	const zones = [...new Set([...UNLISTED, ...Intl.supportedValuesOf('timeZone')])].sort();
	return [
		{ name: "The Workflow's Time Zone", value: '' },
		{
			name: "The Recipient's Time Zone",
			value: RECIPIENT,
			description: "The time zone of the number's country or area code",
		},
		...zones.map((zone) => ({ name: nameOf(zone), value: zone })),
	];
}

/** In the order people say it: from, to, days. */
const hoursFields: INodeProperties[] = [
	{
		displayName: 'From',
		name: 'from',
		type: 'string',
		default: '09:00',
		placeholder: 'e.g. 09:00',
		description: 'When calling can start, in 24-hour time',
	},
	{
		displayName: 'To',
		name: 'to',
		type: 'string',
		default: '20:00',
		placeholder: 'e.g. 20:00',
		description:
			"When calling ends, in 24-hour time, up to 24:00. If it's earlier than From, the hours end on the next day.",
	},
	{
		displayName: 'Days',
		name: 'days',
		type: 'multiOptions',
		options: DAYS.map((day) => ({ name: day.charAt(0).toUpperCase() + day.slice(1), value: day })),
		default: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
		description:
			'The days on which the hours start. Hours after midnight belong to the day before.',
	},
	{
		displayName: 'Time Zone',
		name: 'timezone',
		type: 'options',
		options: timezoneChoices(),
		default: '',
		description:
			"The time zone these hours are in. The recipient's time zone comes from the number's country or area code. If there are several, calls are placed only when it's within the hours in all of them.",
	},
	{
		displayName: 'Outside These Hours',
		name: 'outside',
		type: 'options',
		options: [
			{
				name: 'Refuse',
				value: 'refuse',
				description: 'The item counts as a bad row, and the message says when it can be called',
			},
			{
				name: 'Skip',
				value: 'skip',
				description: "The item isn't called, and comes out with the reason",
			},
		],
		default: 'refuse',
		description: 'What to do with items outside these hours',
	},
];

export const DEFAULTS = Object.fromEntries(hoursFields.map((field) => [field.name, field.default]));

export const callingHoursField: INodeProperties = {
	displayName: 'Calling Hours',
	name: 'callingHours',
	type: 'fixedCollection',
	placeholder: 'Add Calling Hours',
	// Filled in, or the option would look set while it has no hours, and calls would be placed at any time.
	default: { values: DEFAULTS },
	description: "When calls can be placed. If it's not set, calls can be placed at any time.",
	options: [{ displayName: 'Hours', name: 'values', values: hoursFields }],
};
