/** The parts of a JSON text that matter here: its strings and its numbers. */
const STRINGS_AND_NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

const LONG_NUMBER = /^-?\d{16,}$/;

/**
 * Parses JSON that Samora sent. A whole number with more digits than JavaScript keeps becomes text: it may be an ID, and
 * rounded it would be that of another thing.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): unknown {
	const json = text.replace(/^\uFEFF/, '');
	// First, because the pattern is only quick with what is JSON.
	const parsed: unknown = JSON.parse(json);
	if (!/\d{16}/.test(json)) return parsed;
	try {
		return JSON.parse(
			json.replace(STRINGS_AND_NUMBERS, (part) => (isRounded(part) ? `"${part}"` : part)),
		);
	} catch {
		// A string of millions of escapes is too much for the pattern.
		return parsed;
	}
}

const isRounded = (part: string): boolean =>
	LONG_NUMBER.test(part) && !Number.isSafeInteger(Number(part));
