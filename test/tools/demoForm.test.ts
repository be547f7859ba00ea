import { callANewLead } from '../../demo/workflows';

const belongings = {
	credential: { id: 'credential-1', name: 'Samora', type: 'samoraApi' },
	tables: {},
	agentId: 'agent-1',
};

/** What the form says to a person who left this number, when the call came out of the Error output with these details. */
async function responseTo(phone: string, details?: Record<string, unknown>) {
	const { nodes } = await callANewLead(belongings);
	const { completionTitle, completionMessage } =
		nodes.find(({ name }) => name === 'No call was placed')?.parameters ?? {};
	const evaluate = (expression: unknown) => {
		const code = /^=\{\{([^]*)\}\}$/.exec(String(expression))?.[1];
		return String(
			new Function('$json', '$', `return (${code})`)({ error: 'Reason [item 0]', details }, () => ({
				item: { json: { Phone: phone } },
			})),
		);
	};
	return `${evaluate(completionTitle)}. ${evaluate(completionMessage)}`;
}

describe('the form of the demo tells the customer', () => {
	it.each([
		['to include the country code', '(415) 555-2671', { status: 'not sent' }, 'your country code'],
		['the same in n8n 1, which keeps no details', '(415) 555-2671', undefined, 'your country code'],
		[
			'the same without the plus sign',
			'14155552671',
			{ status: 'not sent' },
			'a plus sign in front',
		],
		['the same in other digits', '٠٧٩١١ ١٢٣٤٥٦', { status: 'not sent' }, 'your country code'],
		['to check the digits', '+1415555', { status: 'not sent' }, 'check the digits'],
		['the same in parentheses', '(+44) 20 7946', { status: 'not sent' }, 'check the digits'],
		['the same with 00', '0044 20 7946', { status: 'not sent' }, 'check the digits'],
		['the same for what is no number', 'call me maybe', { status: 'not sent' }, 'check the digits'],
		['the same for a short number', '911', { status: 'not sent' }, 'check the digits'],
		['the same for nothing', '', { status: 'not sent' }, 'check the digits'],
		['to check the digits', '+14155550110', { status: 'refused', http_code: 400 }, 'the digits'],
		[
			'to try again later',
			'+14155550100',
			{ status: 'refused', http_code: 401 },
			'try again later',
		],
		['to wait for the call', '+14155550100', { status: 'unknown' }, 'Your phone may ring'],
	])('%s: %s', async (_, phone, details, words) => {
		const response = await responseTo(phone, details);
		expect(response).toContain(words);
		expect(response).not.toMatch(/Reason|item 0|Default Country|Samora|n8n|will ring|is calling/);
	});
});
