import type { ILoadOptionsFunctions, NodeApiError } from 'n8n-workflow';

import type { Exchange } from '../api/exchange';
import { aboutAnswer, aboutFault, apiError, type Subject } from '../api/problems';

/** What the person reads in a picker that could not load. */
export function pickerError(
	context: ILoadOptionsFunctions,
	ended: Exchange,
	subject: Subject,
): NodeApiError {
	return 'answer' in ended
		? apiError(context.getNode(), aboutAnswer(ended.answer, subject), {
				httpCode: ended.answer.statusCode,
			})
		: apiError(context.getNode(), aboutFault(ended.fault));
}
