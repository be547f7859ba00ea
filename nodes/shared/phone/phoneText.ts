import { Refusal, shown, type RefusalKind } from '../parameters';

/** A phone number as it was written, reduced to what can be dialed. */
export interface Dialed {
	/** Digits, with a plus sign in front if there was one. */
	digits: string;
	/** Whether it came as a number rather than text, so that zeros in front may be lost. */
	asNumber: boolean;
	/** Whether it has a "(0)", which people leave out when they dial from another country. */
	optionalZero: boolean;
}

/** Longer than any phone number with spaces. */
const MAX_LENGTH = 100;

/** Where the digits of other scripts begin: Arabic, Persian, the scripts of India, Thai, Lao … and full width. */
const ZEROS = [
	0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20,
	0x1040, 0x17e0, 0x1810, 0xff10,
];

function latinDigit(digit: string): string {
	const code = digit.charCodeAt(0);
	const zero = ZEROS.find((first) => code >= first && code < first + 10);
	return zero === undefined ? digit : String(code - zero);
}

/** One spelling for everything that looks alike on a screen. */
function plainly(text: string): string {
	return (
		text
			// Zero-width characters, byte order marks, the direction marks that address books copy along.
			.replace(/\p{Cf}/gu, '')
			.replace(/\p{Nd}/gu, latinDigit)
			.replace(/[\p{Pd}\u2043\u2212\u30fc]/gu, '-')
			.replace(/[\uff0b\ufe62]/g, '+')
			.replace(/[\uff08[\uff3b]/g, '(')
			.replace(/[\uff09\]\uff3d]/g, ')')
			.replace(/[\uff0e\u00b7\u2027\u2022\u30fb]/g, '.')
			.replace(/\uff0f/g, '/')
			.replace(/[\r\t\v\f\u2028\u2029]/g, '\n')
			.replace(/[^\S\n]|[\u2800\u3164]/g, ' ')
			// Around it: a link's scheme, a spreadsheet's mark for text, a stray comma.
			.replace(/^[\s=’'"]*(?:(?:tel|callto|whatsapp)\b[\s.:]*)?/i, '')
			.replace(/[\s’'",;.]+$/, '')
	);
}

interface Obstacle extends RefusalKind {
	is: RegExp;
	because: string;
}

const IN_DIGITS = 'Enter one number, in digits';
const MORE_THAN_ONE = {
	because:
		'may be more than one number. Put each number in its own item, with only spaces or dashes between its digits',
	reason: 'may have more than one number',
	advice: 'put each number in its own item',
};

/** Texts that are refused rather than guessed. The first match becomes the message. */
const OBSTACLES: readonly Obstacle[] = [
	{
		is: /^[-+]?\d+(?:[.,]\d+)?e[-+]?\d+$/i,
		because:
			'has lost digits, because a spreadsheet turned it into a number. Format that column as text and enter the number again',
		reason: 'have a number that lost digits in a spreadsheet',
		advice: 'format that column as text and enter the numbers again',
	},
	{
		is: /^[-+]?(?:\d{5,}[.,]\d{1,2}|\d{1,3}(?:,\d{3})+(?:\.\d+)?)$/,
		because:
			'looks like an amount, because a spreadsheet turned it into a number. Format that column as text and enter the number again',
		reason: 'have a number that looks like an amount',
		advice: 'format that column as text and enter the numbers again',
	},
	{
		is: /^(?:(?:19|20)\d\d([-./])\d{1,2}\1\d{1,2}|\d{1,2}([-./])\d{1,2}\2(?:19|20)\d\d)$/,
		because:
			'looks like a date. If it is a phone number, write it with a plus sign and the country code',
		reason: 'have a date in place of a number',
	},
	{
		is: /\d[\s().,;:-]*(?:ext(?:ensi[oó]n|ension|n)?|x|poste|ramal|anexo|interno|durchwahl|доб|#)[\s.:=]*\d{1,8}[\s)#]*$/iu,
		because:
			"has an extension, which Samora can't dial. Give a number that reaches the person directly",
		reason: "have a number with an extension, which Samora can't dial",
	},
	{ is: /\d.*\+|[\d)][\s.)]*[,;|&\n][\s.(]*[\d(]/s, ...MORE_THAN_ONE },
	// Digits are grouped in short groups; two long ones are two numbers.
	{ is: /(?:\d-?){7,} +(?:\d-?){7,}/, ...MORE_THAN_ONE },
	// 030/123456 is one number, with its area code apart. 030 1234567/68 is two, with different endings.
	{
		is: /^(?!(?:\(?(?:\+|00)(?:[^\d/]*\d){1,7}|(?:[^\d/]*\d){1,6})[^\d/]*\/(?:[^\d/]*\d){4,}[^\d/]*$)[^/]*\//,
		...MORE_THAN_ONE,
	},
	{
		is: /\p{L}/u,
		because: `contains letters. ${IN_DIGITS}`,
		reason: 'have a number with letters',
		advice: 'write it in digits',
	},
	// Country codes have up to three digits. In +49 49 (0)30 123456 the code is there twice.
	{
		is: /\+(?:\D*\d){4}.*\( *0 *\)/,
		because:
			"has a (0) that doesn't follow the country code. Write the country code only once, and leave out the (0)",
		reason: "have a (0) that doesn't follow the country code",
		advice: 'write the country code only once, and leave out the (0)',
	},
	// (415) 555-2671 is a number. With the 2 of a remark, 030 1234567 (2) would be another one.
	{
		is: /\((?![^()]*\)(?:\D*\d){4})|(?:\d\D*){7}\(|^[^(]*\)/,
		because: 'has parentheses that may not belong to the number. Write it without them',
		reason: 'have parentheses that may not belong to the number',
	},
	{
		is: /^-|[^\d+ ().\-/]|\+.*\+/s,
		because: `has characters that phone numbers don't have. ${IN_DIGITS}`,
		reason: "have characters that phone numbers don't have",
		advice: 'write it in digits',
	},
];

/** What people and programs write instead of a number, perhaps in parentheses. */
const NO_NUMBER =
	/^[(<]?(?:#?n[./ ]?a|#null!?|nan|nil|null|none|undefined|unknown|empty|blank|missing|tbd|no(?: ?phone)?(?: ?number)?|not (?:available|given|known|provided)|[-?_.]+)?[)>]?$/i;

/** Extracts the digits from a phone number as people, spreadsheets and address books write it. */
export function dialed(value: unknown, label: string): Dialed {
	const given = textOf(value, label);
	const refused = (because: string, kind: RefusalKind) =>
		new Refusal(label, `${label} ${shown(given)} ${because}`, kind);
	if (given.length > MAX_LENGTH) {
		throw refused('is too long for a phone number', {
			reason: 'have a text that is too long for a phone number',
		});
	}

	const text = plainly(given);
	if (NO_NUMBER.test(text)) throw empty(label, given);
	const obstacle = OBSTACLES.find(({ is }) => is.test(text));
	if (obstacle !== undefined) throw refused(obstacle.because, obstacle);

	const digits = text.replace(/[^\d+]/g, '');
	if (/^\+?\d+$/.test(digits)) {
		return { digits, asNumber: typeof value !== 'string', optionalZero: /\( *0 *\)/.test(text) };
	}
	throw refused('has no digits', { reason: 'have a number without digits' });
}

/** @param given what stands in its place, such as "n/a" */
function empty(label: string, given = ''): Refusal {
	const saying = given.trim() === '' ? '' : ` (it says ${shown(given)})`;
	return new Refusal(
		label,
		`${label} is empty${saying}. Enter a phone number such as +14155550100`,
		{ reason: 'have no number', advice: `fill in ${label}, or leave these rows out` },
	);
}

function textOf(value: unknown, label: string): string {
	if (typeof value === 'string') return value;
	if (typeof value === 'bigint' || Number.isFinite(value)) return String(value);
	if (value === undefined || value === null) throw empty(label);
	const kind = Array.isArray(value)
		? 'a list'
		: typeof value === 'object'
			? 'an object'
			: typeof value === 'number'
				? 'not a number'
				: `a ${typeof value}`;
	throw new Refusal(
		label,
		`${label} must be one phone number such as +14155550100, but it is ${kind}`,
		{ reason: `have something other than one number in ${label}` },
	);
}
