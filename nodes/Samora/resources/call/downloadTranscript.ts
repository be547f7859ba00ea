import { download } from './download';

export const downloadTranscript = download('transcript', {
	name: 'Download Transcript',
	action: 'Download call transcript',
	description:
		'Download the transcript of a call that has ended, as a file. Where it is text or JSON, its text is in the output too.',
});
