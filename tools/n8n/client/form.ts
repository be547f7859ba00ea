import { isRecord, parseJson } from '../../json';
import { waitFor } from '../../waiting';

export interface FormEnding {
	title: string;
	message: string;
}

/**
 * Fills in an n8n form with the same requests as a browser: loads the form, submits it, polls the status of the
 * execution, loads the last page, and confirms it.
 */
export async function fillInForm(
	formUrl: string,
	answers: Record<string, string>,
): Promise<FormEnding> {
	const fields = fieldsOf(await page(formUrl));
	const submission = new FormData();
	for (const [label, answer] of Object.entries(answers)) {
		const field = fields.get(label);
		if (!field) throw new Error(`The form on ${formUrl} has no field "${label}"`);
		submission.append(field, answer);
	}
	const submitted = await fetch(formUrl, { method: 'POST', body: submission });
	const waitingUrl = waitingUrlOf(await submitted.text());
	await untilThereIsAPage(waitingUrl);
	const ending = endingOf(await page(waitingUrl));
	await fetch(waitingUrl, { method: 'POST' });
	return ending;
}

async function page(url: string): Promise<string> {
	const response = await fetch(url);
	const html = await response.text();
	if (!response.ok) throw new Error(`${url} responded with ${response.status}: ${plain(html)}`);
	return html;
}

function fieldsOf(html: string): Map<string, string> {
	const labels = html.matchAll(/<label[^>]*\bfor=["'](field-\d+)["'][^>]*>([\s\S]*?)<\/label>/g);
	return new Map(
		[...labels].map(([, field, label]) => [plain(label).replace(/\s*\*$/, ''), field]),
	);
}

function waitingUrlOf(answer: string): string {
	const said = parseJson(answer);
	if (isRecord(said) && typeof said.formWaitingUrl === 'string') return said.formWaitingUrl;
	throw new Error(`Submitting the form returned ${answer}`);
}

async function untilThereIsAPage(waitingUrl: string): Promise<void> {
	const statusUrl = new URL(waitingUrl);
	statusUrl.pathname += '/n8n-execution-status';
	await waitFor(
		async () => {
			const status = (await (await fetch(statusUrl)).text()).trim();
			if (['error', 'crashed', 'canceled', 'success', 'null'].includes(status)) {
				throw new Error(`The execution ended without a last page: ${status}`);
			}
			return status === 'form-waiting';
		},
		{ what: "The form's last page" },
	);
}

function endingOf(html: string): FormEnding {
	const [, title, message] =
		/<div class='header'>\s*<h1>([\s\S]*?)<\/h1>\s*<p[^>]*>([\s\S]*?)<\/p>/.exec(html) ?? [];
	if (title === undefined) throw new Error('The last page of the form has no title');
	return { title: plain(title), message: plain(message) };
}

function plain(html: string): string {
	const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' };
	return html
		.replace(/<[^>]*>/g, '')
		.replace(/&#x([\da-f]+);/gi, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))
		.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
		.replace(/&(lt|gt|quot|amp);/g, (_, name: string) => named[name])
		.replace(/\s+/g, ' ')
		.trim();
}
