import type { Answer } from '../http/answers';

const SAMPLES_PER_SECOND = 8000;
const BYTES_PER_SAMPLE = 2;

/** Two speakers in turn: a tone each, in Hz. */
const TONES = [440, 330];
const TURN_SECONDS = 1.5;
const AMPLITUDE = 10_000;

/** The recording of a call: a WAV file as long as the call, with a tone for each of two speakers. */
export function recordingOf(seconds: number): Answer {
	const dataBytes = Math.round(seconds * SAMPLES_PER_SECOND) * BYTES_PER_SAMPLE;
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

/** In pieces, so that the file of a long call is never in memory as a whole. */
function* wav(header: Buffer, dataBytes: number): Iterable<Buffer> {
	yield header;
	const conversation = Buffer.concat(TONES.map(turn));
	for (let left = dataBytes; left > 0; left -= conversation.length) {
		yield conversation.subarray(0, left);
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
	header.writeUInt32LE(SAMPLES_PER_SECOND, 24);
	header.writeUInt32LE(SAMPLES_PER_SECOND * BYTES_PER_SAMPLE, 28);
	header.writeUInt16LE(BYTES_PER_SAMPLE, 32);
	header.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
	header.write('data', 36);
	header.writeUInt32LE(dataBytes, 40);
	return header;
}

function turn(hertz: number): Buffer {
	const samples = Buffer.alloc(TURN_SECONDS * SAMPLES_PER_SECOND * BYTES_PER_SAMPLE);
	for (let at = 0; at < samples.length; at += BYTES_PER_SAMPLE) {
		const seconds = at / BYTES_PER_SAMPLE / SAMPLES_PER_SECOND;
		const value = AMPLITUDE * Math.sin(2 * Math.PI * hertz * seconds);
		samples.writeInt16LE(Math.round(value), at);
	}
	return samples;
}
