import { parseArgs } from 'node:util';
import { MAGIC_NUMBERS, type Sandbox, startSandbox } from '.';

const USAGE = `npm run sandbox -- [options]

  --port <n>          API port (default: 4010)
  --files-port <n>    port for recordings and transcripts (default: API port + 1)
  --speed <n>         virtual seconds per real second (default: 1); 0 stops the clock
  --deliver-anywhere  also deliver webhooks to other hosts, e.g. through a tunnel
  --quiet             don't log requests, calls and deliveries
`;

async function main() {
	const { values } = parseArgs({
		options: {
			port: { type: 'string', default: '4010' },
			'files-port': { type: 'string' },
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
		settings: { deliveries: { external: values['deliver-anywhere'] } },
	});
	print(welcome(sandbox));

	const stop = () => {
		print('\nStopping the sandbox. Its data is deleted.\n');
		void sandbox.stop();
	};
	process.once('SIGINT', stop);
	process.once('SIGTERM', stop);
}

function welcome({ url, filesUrl, consoleUrl, apiKey, agents }: Sandbox): string {
	return `
Samora sandbox: a stand-in for the Samora API. No phone rings.

  Console    ${consoleUrl}
  Base URL   ${url}
  API key    ${apiKey}
  Files      ${filesUrl}
  Agents     ${agents.map(({ id, name }) => `${id}  ${name}`).join('\n             ')}

The last digits of a number decide what happens to the call:
${MAGIC_NUMBERS.map(({ ending, meaning }) => `  …55501${ending}  ${meaning}`).join('\n')}

For more, see sandbox/README.md. Press Ctrl-C to stop the sandbox.

`;
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
