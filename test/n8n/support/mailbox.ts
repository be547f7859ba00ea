import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

import type { JsonRecord } from '../../../tools/json';

/** A message as n8n's Send Email node sends it. */
export interface Mail {
	to: string;
	subject: string;
	/** The body, decoded. */
	text: string;
}

/** Stands in for a mail server: takes every message, over SMTP without encryption or login. */
export interface Mailbox {
	/** For n8n's credential of the type `smtp`. */
	readonly credential: JsonRecord;
	readonly mails: Mail[];
	stop(): Promise<void>;
}

export async function startMailbox(): Promise<Mailbox> {
	const mails: Mail[] = [];
	const sockets = new Set<net.Socket>();
	const server = net.createServer((socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
		socket.on('error', () => socket.destroy());
		converse(socket, (mail) => mails.push(mail));
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		credential: {
			user: '',
			password: '',
			host: '127.0.0.1',
			port: (server.address() as AddressInfo).port,
			secure: false,
			disableStartTls: true,
			hostName: '',
		},
		mails,
		async stop() {
			server.close();
			for (const socket of sockets) socket.destroy();
			await once(server, 'close');
		},
	};
}

function converse(socket: net.Socket, take: (mail: Mail) => void): void {
	let unread = '';
	let message: string | undefined;
	const say = (line: string) => socket.write(`${line}\r\n`);
	say('220 mailbox');
	socket.setEncoding('latin1').on('data', (chunk: string) => {
		unread += chunk;
		for (let end = unread.indexOf('\r\n'); end >= 0; end = unread.indexOf('\r\n')) {
			const line = unread.slice(0, end);
			unread = unread.slice(end + 2);
			if (message === undefined) {
				if (/^DATA$/i.test(line)) message = '';
				say(/^DATA$/i.test(line) ? '354 go on' : /^QUIT$/i.test(line) ? '221 bye' : '250 OK');
			} else if (line === '.') {
				take(mailIn(message));
				message = undefined;
				say('250 taken');
			} else {
				message += `${line.replace(/^\./, '')}\r\n`;
			}
		}
	});
}

function mailIn(message: string): Mail {
	const end = message.indexOf('\r\n\r\n');
	const headers = message.slice(0, end).replace(/\r\n[ \t]+/g, ' ');
	const header = (name: string) =>
		new RegExp(`^${name}: *(.*)$`, 'im').exec(headers)?.[1].trim() ?? '';
	return {
		to: header('To'),
		subject: header('Subject'),
		text: decoded(message.slice(end + 4), header('Content-Transfer-Encoding')),
	};
}

function decoded(body: string, encoding: string): string {
	if (/base64/i.test(encoding)) return Buffer.from(body, 'base64').toString('utf8');
	if (!/quoted-printable/i.test(encoding)) return Buffer.from(body, 'latin1').toString('utf8');
	const bytes = body
		.replace(/=\r\n/g, '')
		.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
	return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** Follows the link of a message that asks for approval, as a person's click does. */
export async function answerByMail({ text }: Mail, approved: boolean): Promise<void> {
	const links = Array.from(text.matchAll(/href="([^"]+)"/g), ([, link]) =>
		link.replaceAll('&amp;', '&'),
	);
	const link = links.find((each) => each.includes(`approved=${approved}`));
	if (!link) throw new Error(`No link to answer with in ${text}`);
	// Programs that look links up beforehand are told from people by this.
	const answer = await fetch(link, {
		headers: {
			'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
		},
	});
	if (!answer.ok) throw new Error(`${link} answered ${answer.status}: ${await answer.text()}`);
}
