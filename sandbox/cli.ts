import { parseArgs } from 'node:util';
import { DIALECT_NAMES, type DialectName, MAGIC_NUMBERS, type Sandbox, startSandbox } from '.';

const USAGE = `npx n8n-nodes-samora-sandbox [options]
npm run sandbox -- [options]          in a clone of the repository

  --port <n>          the API's port (4010)
  --files-port <n>    the port of recordings and transcripts (the API's port + 1)
  --dialect <name>    how answers are wrapped and named (documented): see the README
  --speed <n>         virtual seconds per real second (1); 0 stops the clock
  --deliver-anywhere  deliver webhooks to other hosts than this machine too, e.g. through a tunnel
  --quiet             no line for each thing that happens
`;

async function main() {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '4010' },
			'files-port': { type: 'string' },
			dialect: { type: 'string', default: 'documented' },
			speed: { type: 'string', default: '1' },
			'deliver-anywhere': { type: 'boolean', default: false },
			quiet: { type: 'boolean', default: false },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	if (values.help) return print(USAGE);

	const port = numberFrom('--port', values.port);
	const sandbox = await startSandbox({
		port,
		filesPort: numberFrom('--files-port', values['files-port'] ?? String(port && port + 1)),
		speed: numberFrom('--speed', values.speed),
		log: !values.quiet,
		settings: {
			dialect: dialectFrom(values.dialect),
			deliveries: { external: values['deliver-anywhere'] },
		},
	});
	print(welcome(sandbox));

	const stop = () => {
		print('\nStopping the sandbox. Its data is deleted.\n');
		void sandbox.stop();
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

const README = 'https://github.com/samora-ai/n8n-nodes-samora/tree/main/sandbox#readme';

function welcome({ url, filesUrl, consoleUrl, apiKey, agents }: Sandbox): string {
	return `
Samora sandbox: a stand-in for the Samora API. No phone rings.

In n8n, create a Samora API credential:

  API Key    ${apiKey}
  Base URL   ${url}

In the Samora node, choose the action "Make call", and enter:

  Agent ID   ${agents.map(({ id, name }) => `${id}  ${name}`).join('\n             ')}
  To Number  +14155550100

In the browser, open the console to watch the calls:

  Console    ${consoleUrl}

Recordings and transcripts are at ${filesUrl}.

The last digits of a number decide what happens to the call:
${MAGIC_NUMBERS.map(({ ending, meaning }) => `  …55501${ending}  ${meaning}`).join('\n')}

For more, see ${README}
Press Ctrl-C to stop the sandbox.

`;
}

function dialectFrom(name: string): DialectName {
	const dialect = DIALECT_NAMES.find((known) => known === name);
	if (!dialect) {
		throw new Error(`--dialect must be one of ${DIALECT_NAMES.join(', ')}, not "${name}"`);
	}
	return dialect;
}

function numberFrom(flag: string, text: string): number {
	const value = Number(text);
	if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
		throw new Error(`${flag} must be a number of 0 or more, not "${text}"`);
	}
	return value;
}

function print(text: string) {
	process.stdout.write(text);
}

function explain(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if ('code' in error && error.code === 'EADDRINUSE') {
		return `${error.message}\nIs another sandbox running? Choose a different port with --port.`;
	}
	return error.message;
}

main().catch((error: unknown) => {
	process.stderr.write(`${explain(error)}\n`);
	process.exitCode = 1;
});
