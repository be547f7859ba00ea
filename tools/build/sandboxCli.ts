import { buildSandbox } from './sandbox';

buildSandbox().catch((fault: unknown) => {
	console.error(fault instanceof Error ? fault.message : fault);
	process.exitCode = 1;
});
