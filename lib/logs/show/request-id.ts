import { fieldNames, type LogEntry, textOf } from '../classify/fields.ts';

const FIELDS = fieldNames(
  'request_id requestId requestid req_id reqId x_request_id x-request-id X-Request-Id X-Request-ID ' +
    'http.request.id request.id req.id mdc.requestId mdc.request_id mdc.X-Request-Id contextMap.requestId ' +
    'contextMap.request_id context.requestId context.request_id labels.request_id fields.request_id ' +
    'Properties.RequestId RequestId correlation_id correlationId CorrelationId trace_id traceId trace.id',
);
/** Of a line of text, how much is searched. */
const SEARCHED = 1000;
const MAX_ID = 128;
const IN_TEXT =
  /(?:^|[^A-Za-z])(?:x-)?(?:request|req|correlation|trace)[-_ ]?id["']?[=:] {0,2}["']?([\w.:-]{4,128})/i;

/** The id of the request that a JSON line is about; null where it does not say. */
export function requestIdOfEntry(entry: LogEntry): string | null {
  const id = textOf(entry, FIELDS);
  return id !== null && id.length <= MAX_ID ? id : null;
}

/** The same of a line of text, `request_id=…`. */
export function requestIdOfText(line: string): string | null {
  return IN_TEXT.exec(line.slice(0, SEARCHED))?.[1] ?? null;
}
