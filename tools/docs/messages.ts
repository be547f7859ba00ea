import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** A message in the code that users can see, with … for what's only known at run time. */
export interface Message {
	text: string;
	/** e.g. "nodes/shared/api/baseUrl.ts" */
	file: string;
}

const PROJECT_FOLDER = path.resolve(__dirname, '..', '..');

/** What the editor shows of a parameter, and what stands behind or below a message: not what one searches for. */
const NOT_MESSAGES: readonly string[] = [
	'action',
	'activationMessage',
	'advice',
	'adviceForOne',
	'description',
	'displayName',
	'eventTriggerDescription',
	'hint',
	'name',
	'placeholder',
	'triggerPanel',
];

/** Names of countries, some as long as a sentence. */
const DATA = 'nodes/shared/phone/countries.ts';

/** All messages of the nodes and the credential. */
export function messagesInCode(): Message[] {
	return ['nodes', 'credentials'].flatMap((folder) =>
		readdirSync(path.join(PROJECT_FOLDER, folder), { recursive: true, encoding: 'utf8' })
			.filter((file) => file.endsWith('.ts'))
			.map((file) => path.posix.join(folder, file.split(path.sep).join('/')))
			.filter((file) => file !== DATA)
			.sort()
			.flatMap((file) => messagesIn(file)),
	);
}

function messagesIn(file: string): Message[] {
	const source = ts.createSourceFile(
		file,
		readFileSync(path.join(PROJECT_FOLDER, file), 'utf8'),
		ts.ScriptTarget.Latest,
		true,
	);
	const found: Message[] = [];
	const visit = (node: ts.Node) => {
		if (ts.isPropertyAssignment(node) && NOT_MESSAGES.includes(node.name.getText())) return;
		if (ts.isTypeNode(node) || ts.isImportDeclaration(node)) return;
		const text = textOf(node);
		if (text !== undefined && isSentence(text)) found.push({ text, file });
		node.forEachChild(visit);
	};
	visit(source);
	return found;
}

function textOf(node: ts.Node): string | undefined {
	if (ts.isStringLiteralLike(node)) return node.text;
	if (!ts.isTemplateExpression(node)) return undefined;
	return [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join('…');
}

/** At least four words. Shorter texts are names, codes, or parts of something longer. */
const isSentence = (text: string): boolean => /\p{L}+ \p{L}+ \p{L}+ \p{L}+/u.test(text);
