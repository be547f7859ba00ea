import { crc32, deflateSync } from 'node:zlib';

const COLOURS = 256;

/**
 * A picture as a PNG of at most 256 colours, a third of the size that a browser makes of it.
 *
 * @param pixels red, green, blue and alpha of each pixel, row by row; alpha is left out
 */
export function palettePng(pixels: Uint8Array, width: number, height: number): Buffer {
	const counts = new Map<number, number>();
	const colourAt = (pixel: number) =>
		(pixels[pixel * 4] << 16) | (pixels[pixel * 4 + 1] << 8) | pixels[pixel * 4 + 2];
	for (let pixel = 0; pixel < width * height; pixel++) {
		const colour = colourAt(pixel);
		counts.set(colour, (counts.get(colour) ?? 0) + 1);
	}
	const frequent = [...counts].sort(([, one], [, other]) => other - one).map(([colour]) => colour);
	// What is seldom, such as the colours of an icon, gets its place before the many blends of what is frequent.
	const firstOfItsKind = new Map<number, number>();
	for (const colour of frequent) {
		if (!firstOfItsKind.has(coarse(colour))) firstOfItsKind.set(coarse(colour), colour);
	}
	const distinct = [...firstOfItsKind.values()];
	const palette = [...new Set([...distinct.slice(0, COLOURS / 2), ...frequent])].slice(0, COLOURS);
	const indexOf = new Map([...counts.keys()].map((colour) => [colour, nearest(palette, colour)]));

	const rows = Buffer.alloc((width + 1) * height);
	for (let pixel = 0; pixel < width * height; pixel++) {
		// Each row begins with its filter: none.
		rows[pixel + Math.floor(pixel / width) + 1] = indexOf.get(colourAt(pixel)) ?? 0;
	}
	const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 3, 0, 0, 0]);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	return Buffer.concat([
		Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
		chunk('IHDR', header),
		chunk('PLTE', Buffer.from(palette.flatMap(channels))),
		chunk('IDAT', deflateSync(rows, { level: 9 })),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

const channels = (colour: number): number[] => [colour >> 16, (colour >> 8) & 255, colour & 255];

/** The same for colours that look much alike. */
const coarse = (colour: number): number => colour & 0xe0e0e0;

function nearest(palette: readonly number[], colour: number): number {
	const distance = (other: number) => {
		const of = channels(other);
		return channels(colour).reduce((sum, value, n) => sum + (value - of[n]) ** 2, 0);
	};
	let best = 0;
	palette.forEach((other, index) => {
		if (distance(other) < distance(palette[best])) best = index;
	});
	return best;
}

function chunk(type: string, content: Buffer): Buffer {
	const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
	const framed = Buffer.alloc(named.length + 8);
	framed.writeUInt32BE(content.length, 0);
	named.copy(framed, 4);
	framed.writeUInt32BE(crc32(named), named.length + 4);
	return framed;
}
