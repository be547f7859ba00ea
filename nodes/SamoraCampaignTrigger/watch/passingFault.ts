/** Something that passes by itself: no connection, too many requests, Samora unable to answer. */
export class PassingFault extends Error {
	/**
	 * @param message what happened, for a person
	 * @param concernsAll whether the next request would fare no better
	 */
	constructor(
		message: string,
		readonly concernsAll: boolean,
	) {
		super(message);
	}
}

/** @throws what does not pass by itself */
export function passing(thrown: unknown): PassingFault {
	if (thrown instanceof PassingFault) return thrown;
	throw thrown;
}
