import type { Answer } from '../http/answers';
import type { CallRecord } from '../state/calls';
import { findAgent } from '../state/account';
import type { TranscriptKind } from '../state/magicNumbers';

interface Turn {
	speaker: 'agent' | 'customer';
	/** Seconds into the call. */
	at: number;
	text: string;
}

const CONTENT_TYPES: Record<TranscriptKind, string> = {
	text: 'text/plain; charset=utf-8',
	json: 'application/json',
	pdf: 'application/pdf',
};

/** The transcript. As in the samples of the API reference, the file is always named .pdf. */
export function transcriptOf(call: CallRecord): Answer {
	return {
		status: 200,
		headers: { 'content-type': CONTENT_TYPES[call.transcript] },
		body: render(call)[call.transcript](),
	};
}

function turnsOf(call: CallRecord): Turn[] {
	const agent = findAgent(call.agent_id)?.name.split(',')[0] ?? 'Agent';
	const name = call.call_variables?.name;
	const greeting = typeof name === 'string' && name !== '' ? `Hello ${name}` : 'Hello';
	if (call.status === 'VOICEMAIL') {
		return [{ speaker: 'agent', at: 0, text: `${greeting}, ${agent} here. Please call us back.` }];
	}
	return [
		{ speaker: 'agent', at: 0, text: `${greeting}, this is ${agent}. Is now a good time to talk?` },
		{ speaker: 'customer', at: 2, text: 'Yes, go ahead.' },
		{ speaker: 'agent', at: 3, text: 'Shall I book the demo for Thursday at ten?' },
		{ speaker: 'customer', at: 5, text: 'Thursday at ten is fine. Thank you!' },
	];
}

const lineOf = ({ speaker, at, text }: Turn) =>
	`[00:0${at}] ${speaker === 'agent' ? 'Agent' : 'Customer'}: ${text}`;

const render = (call: CallRecord): Record<TranscriptKind, () => string> => ({
	text: () => `${turnsOf(call).map(lineOf).join('\n')}\n`,
	json: () => JSON.stringify({ call_id: call.id, transcript: turnsOf(call) }),
	pdf: () => pdf(turnsOf(call).map(lineOf)),
});

/** A minimal PDF: one page, one font, one line per turn. */
function pdf(lines: string[]): string {
	const shown = lines.map(
		(line) => `(${line.replace(/[^\x20-\x7e]/g, '?').replace(/[\\()]/g, '\\$&')}) Tj T*`,
	);
	const content = ['BT /F1 11 Tf 15 TL 50 790 Td', ...shown, 'ET'].join('\n');
	const objects = [
		'<< /Type /Catalog /Pages 2 0 R >>',
		'<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
		'<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
		`<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
		'<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
	];
	let file = '%PDF-1.4\n';
	const offsets = objects.map((object, index) => {
		const offset = file.length;
		file += `${index + 1} 0 obj\n${object}\nendobj\n`;
		return `${String(offset).padStart(10, '0')} 00000 n \n`;
	});
	const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join('')}`;
	const trailer = `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${file.length}\n%%EOF\n`;
	return file + table + trailer;
}
