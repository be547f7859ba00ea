import { DIALECT_NAMES, type DialectName } from '../../sandbox';
import { DIALECTS } from '../../sandbox/settings/dialects';
import type { Findings } from '../../test/dialects/mainJob';
import { table } from './table';

const BEGIN = '<!-- Written by `npm run docs`, from a run. -->\n<!-- prettier-ignore-start -->\n';
const END = '\n<!-- prettier-ignore-end -->';

/** The sandbox's README with what the dialects are, and what the nodes can do in each. */
export function withDialects(readme: string, found: ReadonlyMap<DialectName, Findings>): string {
	const [before, ...rest] = readme.split(BEGIN);
	const after = rest.join(BEGIN).split(END).slice(1).join(END);
	if (rest.length !== 1) throw new Error('The README has no place for the dialects');
	return `${before}${BEGIN}${section(found)}${END}${after}`;
}

function section(found: ReadonlyMap<DialectName, Findings>): string {
	const steps = Object.keys(found.get('documented') ?? {});
	return `
${table(
	['dialect', 'what is said'],
	DIALECT_NAMES.map((name) => [`\`${name}\``, DIALECTS[name].meaning]),
)}

${table(
	['', ...DIALECT_NAMES.map((name) => `\`${name}\``)],
	steps.map((step) => [
		step,
		...DIALECT_NAMES.map((name) => (found.get(name)?.[step] === null ? '✓' : '✗')),
	]),
)}
`;
}
