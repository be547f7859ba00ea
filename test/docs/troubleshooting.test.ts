import { readFileSync } from 'node:fs';
import path from 'node:path';

import { messagesInCode } from '../../tools/docs/messages';

const page = plain(
	readFileSync(path.resolve(__dirname, '..', '..', 'docs', 'troubleshooting.md'), 'utf8'),
);

/** Without the marks of Markdown, and on one line. */
function plain(text: string): string {
	return text
		.replace(/[*_`\\]/g, '')
		.replace(/\s+/g, ' ')
		.toLowerCase();
}

/** What is the same in a sentence each time it is said. */
const fixedParts = (text: string): string[] =>
	text
		.split('…')
		.map((part) => plain(part).replace(/^[\s.,;:"]+|[\s.,;:"]+$/g, ''))
		.filter((part) => part.split(' ').length >= 3);

it('docs/troubleshooting.md lists every message of the nodes and the credential', () => {
	const messages = messagesInCode();
	expect(messages.length).toBeGreaterThan(60);
	const missing = messages.filter(({ text }) =>
		fixedParts(text).some((part) => !page.includes(part)),
	);
	expect(missing).toEqual([]);
});
