import { isRecord, trimmed } from '../../../../shared/parameters';

/** A field that n8n's editor writes in brackets, because its name has a space, a comma …: ['Phone, mobile'] */
const QUOTED = /\[(['"])((?:\\\1|(?!\1).)*)\1\]/y;
/** An element of a list: [0] */
const INDEX = /\[(\d+)\]/y;
/** A plain name in a path: .company or company */
const PLAIN = /\.?([^.[\]]+)/y;
/** What the editor of some settings leaves before a path, and what people copy along with one. */
const ROOT = /^\$(?:json|item)(?=[.[])/;

/**
 * The fields of an item that a person picked: the same as the item, without what wasn't picked.
 *
 * @param picked a list of names, or what n8n's editor writes when columns are dragged into the field:
 * `first_name, ['Phone, mobile'], company.name`
 */
export function pickedFields(
	row: Record<string, unknown>,
	picked: unknown,
): Record<string, unknown> {
	const names = Array.isArray(picked) ? picked.map(trimmed) : splitAtCommas(trimmed(picked));
	const paths = names
		.map((name) => name.trim())
		.filter((name) => name !== '')
		.map((name) => (Object.hasOwn(row, name) ? [name] : pathIn(name)));
	const found = only(row, paths);
	return isRecord(found) ? found : {};
}

/** Splits at the commas that aren't part of a quoted name. */
function splitAtCommas(text: string): string[] {
	const names: string[] = [];
	let start = 0;
	for (let at = 0; at < text.length; at++) {
		const quoted = matchAt(QUOTED, text, at);
		if (quoted) at += quoted[0].length - 1;
		else if (text[at] === ',') {
			names.push(text.slice(start, at));
			start = at + 1;
		}
	}
	return [...names, text.slice(start)];
}

/** "company['Legal name'].first" as its names; a text that isn't a path is one name. */
function pathIn(text: string): string[] {
	const path: string[] = [];
	const rest = text.replace(ROOT, '');
	for (let at = 0; at < rest.length;) {
		const quoted = matchAt(QUOTED, rest, at);
		const plain = quoted ?? matchAt(INDEX, rest, at) ?? matchAt(PLAIN, rest, at);
		if (!plain) return [text];
		// The editor only escapes the quotes that a name is in.
		path.push(quoted ? quoted[2].replaceAll(`\\${quoted[1]}`, quoted[1]) : plain[1]);
		at += plain[0].length;
	}
	return path;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
	pattern.lastIndex = at;
	return pattern.exec(text);
}

/** What of the value these paths lead to, in its own order; undefined if they lead to nothing. */
function only(value: unknown, paths: string[][]): unknown {
	if (paths.some((path) => path.length === 0)) return value;
	if (typeof value !== 'object' || value === null) return undefined;
	const found = Object.entries(value)
		.map(([key, inner]): [string, unknown] => [
			key,
			only(
				inner,
				paths.filter(([first]) => first === key).map(([, ...rest]) => rest),
			),
		])
		.filter(([, inner]) => inner !== undefined);
	if (found.length === 0) return undefined;
	return Array.isArray(value) ? found.map(([, inner]) => inner) : Object.fromEntries(found);
}
