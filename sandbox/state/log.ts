import { type CallRecord, type Calls, durationOf } from './calls';

/** Receives one line for each event that's worth showing. */
export type Log = (line: string) => void;

export const silent: Log = () => undefined;

export const toStdout: Log = (line) => {
	process.stdout.write(`${new Date().toLocaleTimeString('en-GB')}  ${line}\n`);
};

export function tellOfCalls(calls: Calls, log: Log) {
	const tell = (call: CallRecord, what: string) => log(`call ${call.to_number} ${what}`);
	calls.listen({
		dialled: (call) => tell(call, 'rings'),
		started: (call) => tell(call, 'is picked up'),
		ended: (call) => tell(call, `has ended: ${call.status} after ${durationOf(call)} s`),
	});
}
