import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import manifest from '../../package.json';

const PROJECT_FOLDER = path.resolve(__dirname, '../..');

/** What is written by people, and can name a dependency. */
const PLACES = [
	'nodes',
	'credentials',
	'sandbox',
	'tools',
	'demo',
	'test',
	'bench',
	'eslint.config.mjs',
	'gulpfile.js',
	'jest.config.js',
];

function textsIn(place: string): string[] {
	if (!statSync(place).isDirectory()) return [readFileSync(place, 'utf8')];
	return readdirSync(place)
		.filter((name) => name !== 'dist' && name !== 'node_modules')
		.flatMap((name) => textsIn(path.join(place, name)));
}

/** A package, or the one that its types are for. */
const namedIn = (dependency: string): string => dependency.replace(/^@types\//, '');

const texts = PLACES.flatMap((place) => textsIn(path.join(PROJECT_FOLDER, place)));

it.each(Object.keys(manifest.devDependencies))('%s is used', (dependency) => {
	const name = namedIn(dependency);
	const used =
		texts.some((text) => text.includes(`'${name}`)) ||
		Object.values(manifest.scripts).some((script) => script.split(/\s+/).includes(name));
	expect(used).toBe(true);
});
