/** How the API's statuses read, in the order a call takes them. */
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

/** `IN_PROGRESS` and `CALL_FINISHED` as words; what is unknown is spelled as it comes. */
export const statusWord = (status: string) => STATUS_WORDS[status] ?? sentenceCase(status);

export const sentenceCase = (name: string) => {
	const words = name
		.replace(/([a-z])([A-Z])/g, '$1 $2')
		.replace(/[_-]/g, ' ')
		.toLowerCase();
	return words.charAt(0).toUpperCase() + words.slice(1);
};

/** Statuses in the order a call takes them, those that nobody knows last. */
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
