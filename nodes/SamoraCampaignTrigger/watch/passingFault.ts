/** A temporary fault: no connection, too many requests, Samora unavailable. */
export class PassingFault extends Error {
	/**
	 * @param message what happened, for a person
	 * @param concernsAll whether the next request would most likely fail too
	 */
	constructor(
		message: string,
		readonly concernsAll: boolean,
	) {
		super(message);
	}
}

/** @throws anything that isn't temporary */
export function passing(thrown: unknown): PassingFault {
	if (thrown instanceof PassingFault) return thrown;
	throw thrown;
}
