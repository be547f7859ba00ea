import { download } from './download';

export const downloadTranscript = download('transcript', {
	name: 'Download Transcript',
	action: 'Download call transcript',
	description:
		"Download the transcript of a call that has ended as a file. If it's text or JSON, the output includes the text too.",
});
