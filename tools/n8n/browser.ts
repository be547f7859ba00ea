import { existsSync } from 'node:fs';
import { chromium, selectors, type Browser, type Locator, type Page } from 'playwright-core';

import type { Owner } from './client/client';

const USUAL_PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

export async function openBrowser(): Promise<Browser> {
	const executablePath = process.env.CHROMIUM_PATH ?? USUAL_PLACES.find(existsSync);
	if (!executablePath) {
		throw new Error('Chromium not found. Install it (on Debian: chromium) or set CHROMIUM_PATH');
	}
	selectors.setTestIdAttribute('data-test-id');
	// Chromium's sandbox needs privileges that containers don't have.
	return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** n8n's editor is large and loads slowly on a busy machine. */
const SHOWN_WITHIN_MS = 120_000;

/** Opens n8n's editor and signs in. */
export async function openEditor(
	browser: Browser,
	url: string,
	owner: Owner,
	viewport = { width: 1440, height: 810 },
): Promise<Page> {
	const context = await browser.newContext({ viewport, colorScheme: 'light' });
	context.setDefaultTimeout(SHOWN_WITHIN_MS);
	const page = await context.newPage();
	await page.goto(`${url}/signin`, { waitUntil: 'domcontentloaded' });
	await page.locator('[name=emailOrLdapLoginId]').fill(owner.email);
	await page.locator('[name=password]').fill(owner.password);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.waitForURL((at) => !at.pathname.startsWith('/signin'));
	return page;
}

/** Shows a workflow on the canvas, zoomed to fit. */
export async function showWorkflow(page: Page, url: string, workflowId: string): Promise<void> {
	await page.goto(`${url}/workflow/${workflowId}`);
	await page.getByTestId('canvas-node').first().waitFor();
	await page.getByTestId('zoom-to-fit').click();
}

/** Opens a node on the canvas. */
export async function openNode(page: Page, name: string): Promise<void> {
	await page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
	await page.getByTestId('ndv').waitFor();
}

/** n8n's suggestions for published workflows, which can cover the canvas at any time. */
const ADVICE = '[data-reka-popper-content-wrapper]:has([data-test-id="suggested-actions-close"])';

/** The dots behind the nodes, which would make up most of the file, and temporary messages. */
const DECORATION = '[data-test-id="canvas-background"], .el-notification';

/** Takes a picture of the page, or of a part of it, once nothing is loading any more. */
export async function takePicture(
	page: Page,
	file: string,
	part: Page | Locator = page,
): Promise<void> {
	await page.waitForLoadState('networkidle');
	await part.screenshot({
		path: file,
		animations: 'disabled',
		style: `${ADVICE}, ${DECORATION} { display: none !important; }`,
	});
}
