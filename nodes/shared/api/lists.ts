import type { IDataObject } from 'n8n-workflow';

import { isRecord } from '../parameters';
import { contentOf } from './envelope';

/**
 * The list in an answer.
 *
 * @param name the documented name of the list
 * @returns the array under that name, else the only array there is; undefined if there is none, or several
 */
export function listIn(body: unknown, name: string): unknown[] | undefined {
	const content = contentOf(body);
	if (Array.isArray(content)) return content;
	if (!isRecord(content)) return undefined;
	if (Array.isArray(content[name])) return content[name];
	const [only, ...others] = Object.values(content).filter((value) => Array.isArray(value));
	return others.length === 0 ? only : undefined;
}

/** The objects of the list in an answer; whatever else is in it is left out. */
export const objectsIn = (body: unknown, name: string): IDataObject[] =>
	(listIn(body, name) ?? []).filter((element) => isRecord(element)) as IDataObject[];

/** Whether an answer has a list. One without elements may be null. */
export const hasList =
	(name: string) =>
	(body: unknown): boolean => {
		const content = contentOf(body);
		return listIn(body, name) !== undefined || (isRecord(content) && content[name] === null);
	};
