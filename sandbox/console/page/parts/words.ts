/** Labels of the API's statuses, in the order in which a call goes through them. */
const STATUS_WORDS: Record<string, string> = {
	PENDING: 'Waiting',
	TRIGGERED: 'Ringing',
	ONGOING: 'Talking',
	CALL_FINISHED: 'Finished',
	VOICEMAIL: 'Voicemail',
	UNANSWERED: 'Not answered',
	REJECTED: 'Rejected',
	FAILED: 'Failed',
};

export const STATUSES = Object.keys(STATUS_WORDS);

export const isOutcome = (status: string) => !['PENDING', 'TRIGGERED', 'ONGOING'].includes(status);

/** The label of a call's or campaign's status. */
export const statusWord = (status: string) => STATUS_WORDS[status] ?? sentenceCase(status);

export const sentenceCase = (name: string) => {
	const words = name
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.replace(/[_-]/g, ' ')
		.toLowerCase();
	return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Sorts statuses in the order in which a call goes through them. Unknown ones come last. */
export const inOrder = (statuses: string[]) => {
	const place = (status: string) =>
		STATUSES.includes(status) ? STATUSES.indexOf(status) : Infinity;
	return [...statuses].sort((a, b) => (place(a) < place(b) ? -1 : 1));
};

export const timeOfDay = (time: number | string) => new Date(time).toLocaleTimeString('en-GB');

export function secondsText(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	if (whole < 60) return `${whole} s`;
	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')} min`;
}
