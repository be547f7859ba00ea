import type { Browser } from 'playwright-core';

import { SANDBOX_AGENTS, startSandbox, type Sandbox } from '../sandbox';
import { takePicture } from '../tools/n8n/browser';

const CALLED = 500;
const AT_ONCE = 100;
const VIEWPORT = { width: 1240, height: 630 };

const NAMES = [
	'Ada Lovelace',
	'Grace Hopper',
	'Alan Turing',
	'Katherine Johnson',
	'Edsger Dijkstra',
	'Barbara Liskov',
	'Hedy Lamarr',
	'Claude Shannon',
	'Radia Perlman',
];

/** The last two digits of magic numbers: most are answered. */
const ENDINGS = ['00', '00', '00', '01', '00', '00', '03', '00', '02', '00', '00', '04', '00'];

/** Takes a picture of the console during a campaign, in its own sandbox. */
export async function pictureConsole(browser: Browser, file: string): Promise<void> {
	const sandbox = await startSandbox({ settings: { campaignConcurrency: AT_ONCE } });
	try {
		const context = await browser.newContext({ viewport: VIEWPORT, colorScheme: 'light' });
		const page = await context.newPage();
		await page.goto(sandbox.consoleUrl);
		await startCampaign(sandbox);
		await sandbox.control.until(
			async (control) =>
				(await control.calls()).filter(({ status }) => status === 'CALL_FINISHED').length > 80,
			{ timeoutMs: 60_000, everyMs: 200 },
		);
		await page.getByRole('row', { name: 'Finished' }).first().click();
		await page.getByText('Is now a good time to talk?').waitFor();
		await takePicture(page, file);
		await context.close();
	} finally {
		await sandbox.stop();
	}
}

async function startCampaign(sandbox: Sandbox): Promise<void> {
	const path = `${sandbox.url}/v1/external/campaigns/${SANDBOX_AGENTS[0].id}`;
	const post = async (to: string, body?: unknown) => {
		const response = await fetch(to, {
			method: 'POST',
			headers: { 'x-api-key': sandbox.apiKey, 'content-type': 'application/json' },
			...(body !== undefined && { body: JSON.stringify(body) }),
		});
		if (!response.ok) throw new Error(await response.text());
		return (await response.json()) as { data: { campaign_id: string } };
	};
	const { data } = await post(path, { name: 'Renewals' });
	const recipients = Array.from({ length: CALLED }, (_, n) => ({
		to_number: `+1${212 + ((n * 37) % 700)}55501${ENDINGS[(n * 5) % ENDINGS.length]}`,
		call_variables: { name: NAMES[(n * 7) % NAMES.length] },
	}));
	await post(`${path}/${data.campaign_id}/scheduled-calls`, { phone_numbers: recipients });
	await post(`${path}/${data.campaign_id}/start`);
}
