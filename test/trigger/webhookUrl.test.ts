import { sameUrl, webhookUrlRefusal } from '../../nodes/SamoraTrigger/registration/webhookUrl';

const samora = 'https://api.samora.ai';
const webhook = (origin: string) => `${origin}/webhook/0b9c7a3e/webhook`;

describe('a webhook URL', () => {
	it.each([
		'https://n8n.example.com',
		'https://n8n.example.com:8443',
		'https://brave-otter.trycloudflare.com',
		'https://93.184.215.14',
		'https://172.32.0.1',
		'https://[2606:2800:21f:cb07::1]',
		'https://locale.example',
		'https://my-internal.example.org',
	])('that Samora can reach is fine: %s', (origin) => {
		expect(webhookUrlRefusal(webhook(origin), samora)).toBeUndefined();
	});

	it.each(['http://n8n.example.com', 'http://93.184.215.14:5678'])(
		'without https is refused: %s',
		(origin) => {
			const refusal = webhookUrlRefusal(webhook(origin), samora);
			expect(refusal).toContain('only sends events to https addresses');
			expect(refusal).toContain(origin);
			expect(refusal).toMatch(/N8N_WEBHOOK_URL \(WEBHOOK_URL in older/);
			expect(refusal).toContain('need no public address');
			expect(refusal).toContain('tunnel');
		},
	);

	it.each([
		'http://localhost:5678',
		'https://localhost',
		'https://n8n.localhost',
		'https://127.0.0.1',
		'https://127.1',
		'https://2130706433',
		'https://0x7f.0.0.1',
		'https://0.0.0.0:5678',
		'https://[::1]',
		'https://[::]',
		'https://[::ffff:192.168.1.5]',
		'https://[fd12:3456::1]',
		'https://[fe80::1]',
		'https://10.1.2.3',
		'https://172.16.0.1',
		'https://172.31.255.255',
		'https://192.168.178.20',
		'https://169.254.169.254',
		'https://100.64.0.1',
		'https://n8n',
		'https://n8n.',
		'https://n8n:5678',
		'https://raspberrypi.local',
		'https://n8n.default.svc.cluster.local',
		'https://n8n.internal',
		'https://nas.lan',
		'https://box.home.arpa',
	])('of this machine or a private network is refused: %s', (origin) => {
		const refusal = webhookUrlRefusal(webhook(origin), samora);
		expect(refusal).toContain('only exists on this machine or in your own network');
		expect(refusal).toContain('WEBHOOK_URL');
		expect(refusal).toContain('tunnel');
	});

	it.each(['http://localhost:5678', 'https://10.0.0.1', 'http://n8n.example.com'])(
		'is left to an API on this machine: %s',
		(origin) => {
			expect(webhookUrlRefusal(webhook(origin), 'http://127.0.0.1:4010')).toBeUndefined();
			expect(webhookUrlRefusal(webhook(origin), 'http://localhost:4010')).toBeUndefined();
		},
	);

	it('is not shown whole: what follows the host is as good as a password', () => {
		expect(webhookUrlRefusal(webhook('http://localhost:5678'), samora)).not.toContain('0b9c7a3e');
	});

	it('does not use the words that frighten people', () => {
		for (const origin of ['http://localhost', 'http://n8n.example.com']) {
			expect(webhookUrlRefusal(webhook(origin), samora)).not.toMatch(
				/error|problem|failure|mistake/i,
			);
		}
	});
});

describe('two spellings of a URL', () => {
	it.each([
		['https://N8N.example.com/webhook/a', 'https://n8n.example.com/webhook/a'],
		['https://n8n.example.com:443/webhook/a', 'https://n8n.example.com/webhook/a'],
		['https://n8n.example.com/webhook/a/', 'https://n8n.example.com/webhook/a'],
		[' https://n8n.example.com/webhook/a', 'https://n8n.example.com/webhook/a'],
	])('%s and %s are one', (one, other) => {
		expect(sameUrl(one, other)).toBe(true);
	});

	it.each([
		['https://n8n.example.com/webhook/a', 'https://n8n.example.com/webhook/A'],
		['https://n8n.example.com/webhook/a', 'https://n8n.example.com/webhook-test/a'],
		['https://n8n.example.com/webhook/a', 'http://n8n.example.com/webhook/a'],
		['https://n8n.example.com/webhook/a', 'https://n8n.example.org/webhook/a'],
		['https://n8n.example.com/webhook/a', 'https://n8n.example.com/webhook/a?b'],
		['not a url', 'another one'],
	])('%s and %s are two', (one, other) => {
		expect(sameUrl(one, other)).toBe(false);
	});
});
