import type { Answer } from '../http/answers';

const RATE = 8000;
const BYTES_PER_SAMPLE = 2;

/** First and second formant of a vowel, in Hz: what makes an "a" an "a". */
const VOWELS: ReadonlyArray<readonly [number, number]> = [
	[730, 1090],
	[270, 2290],
	[530, 1840],
	[570, 840],
	[300, 870],
];

interface Voice {
	pitch: number;
	/** A shorter vocal tract raises all formants. */
	tract: number;
}

const AGENT: Voice = { pitch: 190, tract: 1.12 };
const LEAD: Voice = { pitch: 115, tract: 1 };

const SYLLABLE_SECONDS = 0.18;
const SYLLABLES_PER_TURN = 8;
const PAUSE_SECONDS = 0.3;

/**
 * The recording of a call: a WAV file of two voices babbling in turns, as long as the call was. Every sample is computed;
 * there is no recording of anybody in this repository.
 */
export function recordingOf(seconds: number): Answer {
	const samples = Math.round(seconds * RATE);
	const dataBytes = samples * BYTES_PER_SAMPLE;
	const header = wavHeader(dataBytes);
	return {
		status: 200,
		headers: {
			'content-type': 'audio/wav',
			'content-length': String(header.length + dataBytes),
		},
		body: wav(header, dataBytes),
	};
}

/** Piece by piece: a long call's file never stands in memory as a whole. */
function* wav(header: Buffer, dataBytes: number): Iterable<Buffer> {
	yield header;
	const loop = conversation();
	for (let left = dataBytes; left > 0; left -= loop.length) {
		yield left < loop.length ? loop.subarray(0, left) : loop;
	}
}

function wavHeader(dataBytes: number): Buffer {
	const header = Buffer.alloc(44);
	header.write('RIFF', 0);
	header.writeUInt32LE(36 + dataBytes, 4);
	header.write('WAVEfmt ', 8);
	header.writeUInt32LE(16, 16);
	header.writeUInt16LE(1, 20);
	header.writeUInt16LE(1, 22);
	header.writeUInt32LE(RATE, 24);
	header.writeUInt32LE(RATE * BYTES_PER_SAMPLE, 28);
	header.writeUInt16LE(BYTES_PER_SAMPLE, 32);
	header.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
	header.write('data', 36);
	header.writeUInt32LE(dataBytes, 40);
	return header;
}

let synthesised: Buffer | undefined;

function conversation(): Buffer {
	synthesised ??= Buffer.concat([turn(AGENT, 0), silence(), turn(LEAD, 3), silence()]);
	return synthesised;
}

const silence = () => Buffer.alloc(PAUSE_SECONDS * RATE * BYTES_PER_SAMPLE);

function turn(voice: Voice, firstVowel: number): Buffer {
	const syllables = Array.from({ length: SYLLABLES_PER_TURN }, (_, index) =>
		// The pitch falls towards the end of the sentence.
		syllable({ ...voice, pitch: voice.pitch * (1.08 - index * 0.02) }, firstVowel + index * 2),
	);
	return Buffer.concat(syllables);
}

/** Source and filter: a train of glottal pulses, shaped by the two resonances of the vowel. */
function syllable({ pitch, tract }: Voice, vowel: number): Buffer {
	const count = Math.round(SYLLABLE_SECONDS * RATE);
	const out = Buffer.alloc(count * BYTES_PER_SAMPLE);
	const [first, second] = VOWELS[vowel % VOWELS.length].map((hertz) => resonator(hertz * tract));
	let phase = 0;
	for (let i = 0; i < count; i += 1) {
		phase += pitch / RATE;
		const pulse = phase >= 1 ? 1 : 0;
		phase %= 1;
		const loudness = Math.sin((Math.PI * i) / count);
		const sample = (first(pulse) + 0.6 * second(pulse)) * loudness * 8000;
		out.writeInt16LE(Math.max(-32768, Math.min(32767, Math.round(sample))), i * BYTES_PER_SAMPLE);
	}
	return out;
}

function resonator(hertz: number): (input: number) => number {
	const bandwidth = 90;
	const radius = Math.exp((-Math.PI * bandwidth) / RATE);
	const feedback = 2 * radius * Math.cos((2 * Math.PI * hertz) / RATE);
	let last = 0;
	let beforeLast = 0;
	return (input) => {
		const output = input + feedback * last - radius * radius * beforeLast;
		beforeLast = last;
		last = output;
		return output;
	};
}
