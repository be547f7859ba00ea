import { download } from './download';

export const downloadRecording = download('recording', {
	name: 'Download Recording',
	action: 'Download call recording',
	description: 'Download the recording of a call that has ended as a file',
});
