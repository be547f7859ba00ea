import { inflateSync } from 'node:zlib';

import { filesIn, contentOf } from '../docs/projectFiles';
import { palettePng } from '../../tools/n8n/palettePng';

/** The content of a chunk; its length stands before its name. */
function chunk(png: Buffer, name: string): Buffer {
	const at = png.indexOf(name);
	return png.subarray(at + 4, at + 4 + png.readUInt32BE(at - 4));
}

describe('palettePng', () => {
	it('keeps the colors of a picture that has few', () => {
		const colours = [
			[255, 0, 0],
			[0, 0, 255],
			[255, 0, 0],
			[9, 9, 9],
		];
		const pixels = Uint8Array.from(colours.flatMap((colour) => [...colour, 255]));
		const png = palettePng(pixels, 2, 2);
		const palette = chunk(png, 'PLTE');
		const rows = inflateSync(chunk(png, 'IDAT'));
		// Two rows of a filter byte and two pixels.
		const shown = [1, 2, 4, 5].map((at) => [...palette.subarray(rows[at] * 3, rows[at] * 3 + 3)]);
		expect(shown).toEqual(colours);
	});

	it('uses at most 256 colors', () => {
		const pixels = new Uint8Array(40 * 40 * 4).map((_, at) => (at * 7919) % 256);
		expect(chunk(palettePng(pixels, 40, 40), 'PLTE').length).toBeLessThanOrEqual(256 * 3);
	});
});

it('the pictures of the documentation are small', () => {
	const pictures = filesIn('docs/images');
	expect(pictures.length).toBeGreaterThan(3);
	expect(pictures.filter((file) => contentOf(file, 'latin1').length > 60_000)).toEqual([]);
});
