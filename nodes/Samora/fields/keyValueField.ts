import type { INodeProperties } from 'n8n-workflow';

/**
 * A field of names and values, row by row, which `keyValues` reads.
 *
 * @param words.mode the parameter that offers rows or JSON; the field shows while it says `keyValue`
 * @param words.row what one row is called
 */
export const keyValueField = (words: {
	displayName: string;
	name: string;
	mode: string;
	row: string;
	example: string;
}): INodeProperties => ({
	displayName: words.displayName,
	name: words.name,
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	displayOptions: { show: { [words.mode]: ['keyValue'] } },
	placeholder: `Add ${words.row}`,
	default: {},
	options: [
		{
			displayName: words.row,
			name: 'values',
			values: [
				{
					displayName: 'Name',
					name: 'key',
					type: 'string',
					default: '',
					placeholder: 'e.g. first_name',
				},
				{
					displayName: 'Value',
					name: 'value',
					type: 'string',
					default: '',
					placeholder: words.example,
				},
			],
		},
	],
});
