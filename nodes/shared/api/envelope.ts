import type { IDataObject } from 'n8n-workflow';

import { isRecord } from '../parameters';

/**
 * How what was asked for is found in an answer. The documentation shows `{message, data}` nearly everywhere, and can be
 * read otherwise, so the envelope is optional here and an ID may have any of its names.
 */

/** What is in Samora's envelope: `data` if there is one, else the body itself. */
export function contentOf(body: unknown): unknown {
	const isWrapped = isRecord(body) && (isRecord(body.data) || Array.isArray(body.data));
	return isWrapped ? body.data : body;
}

/** The thing that an answer is about; undefined if there is none, or nothing but a message. */
export function thingIn(body: unknown): IDataObject | undefined {
	const content = contentOf(body);
	if (!isRecord(content)) return undefined;
	const isThing = Object.keys(content).some((name) => name !== 'message');
	return isThing ? (content as IDataObject) : undefined;
}

export const hasThing = (body: unknown): boolean => thingIn(body) !== undefined;

/** Whether the API gave the body of a success: JSON, or nothing at all. A page comes from something in between. */
export const isFromApi = (body: unknown): boolean => typeof body !== 'string' || body.trim() === '';

/**
 * What comes out where the work is done with the success itself, such as starting a campaign.
 *
 * @param ids what was asked for
 */
export const doneOutput = (body: unknown, ids: IDataObject = {}): IDataObject =>
	thingIn(body) ?? { success: true, ...ids };

/** An ID, whatever it is called, in `data` or beside it; '' if there is none. */
export function idIn(body: unknown, ...names: string[]): string {
	const content = contentOf(body);
	const places = [content, body].filter(isRecord);
	for (const name of names) {
		for (const place of places) {
			const id = place[name];
			if (typeof id === 'number' || (typeof id === 'string' && id.trim() !== '')) return String(id);
		}
	}
	return '';
}
