import type { Browser, Page } from 'playwright-core';

import { type Sandbox, startSandbox } from '../../sandbox';
import { openBrowser } from '../../tools/n8n/browser';
import { AGENT, ApiClient, ordinary, OTHER_AGENT } from '../sandbox/support/apiClient';
import { startWebhookReceiver, type WebhookReceiver } from '../sandbox/support/webhookReceiver';

/** The sandbox's console as a person uses it. The page is never loaded anew. */
describe("the sandbox's console", () => {
	let sandbox: Sandbox;
	let api: ApiClient;
	let receiver: WebhookReceiver;
	let browser: Browser;
	let page: Page;
	const requested: string[] = [];
	const complaints: string[] = [];

	beforeAll(async () => {
		sandbox = await startSandbox({ speed: 0, settings: { campaignConcurrency: 200 } });
		api = new ApiClient(sandbox);
		receiver = await startWebhookReceiver();
		browser = await openBrowser();
		page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
		page.on('request', (request) => requested.push(request.url()));
		page.on('console', (message) => complaints.push(message.text()));
		page.on('pageerror', (fault) => complaints.push(fault.message));
		await page.goto(sandbox.consoleUrl);
		await page.getByText('Live', { exact: true }).waitFor();
	});

	beforeEach(() => sandbox.control.reset());

	afterAll(async () => {
		await browser?.close();
		await receiver?.stop();
		await sandbox?.stop();
	});

	const go = (part: string) => page.getByRole('link', { name: part }).click();
	const row = (text: string) => page.getByRole('row', { name: text });

	const registerWebhook = (agentId: string) =>
		api.request('POST', '/v2/webhooks', {
			agent_id: agentId,
			name: 'Outcomes',
			url: receiver.url,
			events: ['CALL_STARTED', 'CALL_FINISHED', 'CALL_FAILED'],
		});

	it('shows a phone ring, somebody talk, and what came of it', async () => {
		await go('Calls');
		const id = await api.trigger(ordinary(1), { name: 'Jo' });
		await row(`${ordinary(1)} Jo Ava, lead qualification Waiting`).waitFor();
		await sandbox.control.advance(2);
		await row('Jo Ava, lead qualification Ringing 1 s').waitFor();
		await sandbox.control.advance(4);
		await row('Jo Ava, lead qualification Talking 3 s').waitFor();
		await sandbox.control.advance(10);
		await row('Jo Ava, lead qualification Finished 6 s').click();

		const details = page.getByRole('complementary', { name: ordinary(1) });
		await details.getByText('Hello Jo, this is Ava').waitFor();
		await details.getByText(id).waitFor();
		const seconds = await details.locator('audio').evaluate(async (element) => {
			const audio = element as unknown as Playable;
			audio.muted = true;
			await audio.play();
			return audio.duration;
		});
		expect(Math.round(seconds)).toBe(6);
		await page.keyboard.press('Escape');
		await details.waitFor({ state: 'detached' });
	});

	it('makes an inbound call, which starts what a trigger would start', async () => {
		await registerWebhook(OTHER_AGENT);
		await go('Calls');
		const form = page.getByRole('form', { name: 'Make an inbound call' });
		await form.getByLabel('Agent').selectOption('Ravi, appointment reminders');
		await form.getByLabel("Caller's number").fill('+14155550177');
		await form.getByLabel('Outcome').selectOption('Voicemail');
		await form.getByLabel("Caller's name").fill('Ada');
		await form.getByRole('button', { name: 'Call the agent' }).click();
		await form.getByText('+14155550177 rings.').waitFor();
		await sandbox.control.advance(30);
		await row('inbound +14155550177 Ada Ravi, appointment reminders Voicemail 3 s').waitFor();
		expect(receiver.received.map(({ body }) => JSON.parse(body) as unknown)).toMatchObject([
			{ event: 'CALL_STARTED', data: { to_number: '+14155550177' } },
			{ event: 'CALL_FINISHED', data: { status: 'VOICEMAIL', call_variables: { name: 'Ada' } } },
		]);
	});

	it('says why an inbound call is not made', async () => {
		await go('Calls');
		const form = page.getByRole('form', { name: 'Make an inbound call' });
		await form.getByLabel("Caller's number").fill('0123');
		// The browser itself says what is not as it must be.
		await form.getByRole('button', { name: 'Call the agent' }).click();
		await form.locator('input:invalid').waitFor();
		expect(await sandbox.control.calls()).toEqual([]);
		await form.getByLabel("Caller's number").fill('+14155550100');
	});

	it('shows webhooks and deliveries with their answers, and a secret only when it is asked for', async () => {
		receiver.answers.push(503);
		await registerWebhook(AGENT);
		await sandbox.control.addInboundCall({ agent_id: AGENT, number: ordinary(5) });
		await sandbox.control.advance(2);
		await go('Webhooks');
		await row(`CALL_STARTED ${ordinary(5)} Outcomes 1 503`).waitFor();
		await sandbox.control.advance(30);
		await row(`CALL_STARTED ${ordinary(5)} Outcomes 2 200`).waitFor();
		await row(`CALL_FINISHED ${ordinary(5)} Outcomes 1 200`).click();
		const details = page.getByRole('complementary', { name: 'CALL_FINISHED, attempt 1' });
		await details.getByText('webhook-signature').waitFor();
		await details.getByRole('button', { name: 'Close' }).click();

		const [{ secret }] = await sandbox.control.webhooks();
		expect(await page.content()).not.toContain(secret);
		await page.getByRole('button', { name: 'Show' }).click();
		await page.getByText(secret).waitFor();
	});

	it('shows every request, what is in it, and the fault that spoiled it', async () => {
		await go('Faults and settings');
		const form = page.getByRole('form', { name: 'Switch on a fault' });
		await form.getByLabel('Operation').selectOption('triggerCall');
		await form.getByLabel('Kind').selectOption('500-after');
		await form.getByRole('button', { name: 'Switch on' }).click();
		await page.getByText('500-after on triggerCall').waitFor();
		await expect(api.trigger(ordinary(1))).rejects.toThrow('Internal server error');
		await page.getByText('1 of 1 requests broken').waitFor();

		await go('Requests');
		await row('triggerCall POST /v1/call/trigger 500').click();
		const details = page.getByRole('complementary', { name: 'Request 1' });
		await details.getByText(`"to_number": "${ordinary(1)}"`).waitFor();
		expect(await details.innerText()).toContain('fault 500-after · carried out anyway');
		await details.getByRole('button', { name: 'Close' }).click();
	});

	it('has a switch for every setting, which works', async () => {
		await go('Faults and settings');
		const form = page.getByRole('form', { name: 'Settings' });
		await form.getByText('Forbidden transition').waitFor();
		const { properties } = (await sandbox.control.schemas()).settings as unknown as Schema;
		const namesIn = (schemas: Properties): string[] =>
			Object.entries(schemas).flatMap(([name, { properties: inner }]) =>
				inner ? namesIn(inner) : [name],
			);
		const names = namesIn(properties);
		for (const name of names) expect(await form.locator(`[data-name="${name}"]`).count()).toBe(1);

		await form.getByLabel('Forbidden transition').selectOption('400');
		await form.getByLabel('Duplicates').selectOption('at-once');
		await form.getByLabel('Retries').fill('1, 2');
		await form.getByLabel('Deliver anywhere').check();
		await sandbox.control.until(async (control) => {
			const { forbiddenTransition, deliveries } = await control.settings();
			const { duplicate, retry, external } = deliveries;
			return (
				forbiddenTransition === 400 && duplicate === 'at-once' && external && retry.join() === '1,2'
			);
		});
	});

	it('follows what is changed elsewhere', async () => {
		await go('Faults and settings');
		const payload = (choice: string) =>
			page.locator('[data-name=payload] option:checked').filter({ hasText: choice });
		await sandbox.control.setDeliveries({ payload: 'flat' });
		await payload('flat').waitFor({ state: 'attached' });
		await sandbox.control.reset();
		await payload('nested').waitFor({ state: 'attached' });
	});

	it('stays with 200 calls at once, and shows how the campaign goes', async () => {
		const campaign = await api.campaign({ name: 'Renewals' });
		await campaign.add(...Array.from({ length: 400 }, (_, n) => ordinary(n)));
		await campaign.act('start');
		await go('Calls');
		await sandbox.control.advance(5);
		await page.getByRole('button', { name: '200 Talking' }).waitFor();
		expect(await page.locator('.phone[data-status=ONGOING]').count()).toBe(200);

		await sandbox.control.setSpeed(3);
		await page.getByRole('button', { name: '400 Finished' }).waitFor();
		await go('Campaigns');
		const card = page.getByRole('region', { name: 'Campaign Renewals' });
		await card.getByText('400 of 400 calls have ended').waitFor();
		await card.locator('canvas').waitFor();
		await sandbox.control.setSpeed(0);
	});

	it('stands still while somebody reads, and goes on afterwards', async () => {
		await go('Calls');
		await page.getByRole('button', { name: '0 Waiting' }).waitFor();
		await page.getByRole('button', { name: 'Pause view' }).click();
		await api.trigger(ordinary(7));
		await api.trigger(ordinary(8));
		await sandbox.control.until(async (control) => (await control.calls()).length === 2);
		expect(await row(ordinary(7)).count()).toBe(0);
		await page.getByRole('button', { name: 'Resume view' }).click();
		await row(ordinary(8)).waitFor();
	});

	it.each(['Calls', 'Campaigns', 'Webhooks', 'Requests', 'Faults and settings'])(
		'gives everything that can be operated a name for a screen reader: %s',
		async (part) => {
			await registerWebhook(AGENT);
			await api.campaign();
			await api.trigger(ordinary(1));
			await sandbox.control.advance(20);
			await go(part);
			await page
				.getByRole('link', { name: part, exact: false })
				.and(page.locator('[aria-current]'))
				.waitFor();
			const session = await page.context().newCDPSession(page);
			const { nodes } = await session.send('Accessibility.getFullAXTree');
			const operated = nodes.filter(
				({ role, ignored }) => !ignored && OPERATED.has(String(role?.value)),
			);
			expect(operated.length).toBeGreaterThan(8);
			expect(operated.filter(({ name }) => !name?.value)).toEqual([]);
		},
	);

	it('has loaded nothing from elsewhere, and has complained of nothing', () => {
		expect(requested.length).toBeGreaterThan(5);
		expect(requested.filter((url) => new URL(url).origin !== sandbox.url)).toEqual([]);
		expect(complaints).toEqual([]);
	});
});

/** An audio element, as far as it is needed here: there are no types of a browser. */
interface Playable {
	muted: boolean;
	duration: number;
	play(): Promise<void>;
}

interface Schema {
	properties: Properties;
}

interface Properties {
	[name: string]: { properties?: Properties };
}

const OPERATED = new Set([
	'button',
	'checkbox',
	'combobox',
	'link',
	'searchbox',
	'spinbutton',
	'switch',
	'textbox',
]);
