import type { Mask } from '../../compare/mask/mask.ts';
import type { CopySpan } from '../../model/span/copy.ts';
import type { SpannedRequest } from '../../model/span/request.ts';
import type { SpanIds } from '../../model/span/span.ts';
import type { ServedExchange } from './protocol.ts';

/** Others are `_OTHER`, so that clients cannot make names up (OpenTelemetry, HTTP spans). */
const METHODS = new Set('GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH QUERY'.split(' '));
const OTHER = '_OTHER';
const CLIENT_ERROR = 400;
const SERVER_ERROR = 500;

export type Attributes = Readonly<Record<string, string | number>>;

/** A span as the collector gets it, without the SDK's forms. */
export interface SpanData {
  readonly ids: SpanIds;
  readonly name: string;
  readonly kind: 'server' | 'client';
  /** Steady clock, ms. */
  readonly atMs: number;
  readonly ms: number;
  readonly isError: boolean;
  readonly attributes: Attributes;
}

const PORT = /^\d{1,5}$/;

/** What users got: Vili is the server. */
export function exchangeSpan(exchange: ServedExchange, mask: Mask): SpanData {
  const { span } = exchange;
  const path = shownPath(exchange.path, mask);
  return spanOf(exchange, span, 'server', SERVER_ERROR, {
    'url.scheme': span.scheme,
    'url.path': path,
    ...addressOf(span.host),
    'vili.request_id': span.requestId,
    'vili.role': 'running',
  });
}

/** What a copy got: Vili is the client. */
export function copySpan(copy: CopySpan, mask: Mask): SpanData {
  const { host, port, scheme } = copy;
  const path = shownPath(copy.path, mask);
  return spanOf(copy, copy, 'client', CLIENT_ERROR, {
    'url.full': `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`,
    'url.path': path,
    'server.address': host,
    'server.port': port,
    'vili.request_id': copy.requestId,
    'vili.role': copy.role,
    'vili.outcome': copy.outcome,
    'vili.differences': copy.differences,
  });
}

// Private

/** Statuses from `leastError` on are errors: a server's own are those that it made itself. */
function spanOf(
  { method, endpoint, atMs, ms, status, failure, instance }: SpannedRequest,
  ids: SpanIds,
  kind: SpanData['kind'],
  leastError: number,
  own: Attributes,
): SpanData {
  const errorType = failure ?? (status >= leastError ? String(status) : null);
  return {
    ids,
    name: nameOf(method, endpoint),
    kind,
    atMs,
    ms,
    isError: errorType !== null,
    attributes: {
      ...methodOf(method),
      ...(status > 0 && { 'http.response.status_code': status }),
      ...(errorType !== null && { 'error.type': errorType }),
      ...serviceOf(instance, endpoint),
      ...own,
    },
  };
}

function methodOf(method: string): Attributes {
  return METHODS.has(method)
    ? { 'http.request.method': method }
    : { 'http.request.method': OTHER, 'http.request.method_original': method };
}

/** The endpoint, whose number is bounded; a method that nobody knows would make its own. */
function nameOf(method: string, endpoint: string): string {
  if (!METHODS.has(method)) return 'HTTP';
  return endpoint === '' ? method : endpoint;
}

/** As in samples, without the query. */
function shownPath(path: string, mask: Mask): string {
  const { text } = mask.target(path);
  const query = text.indexOf('?');
  return query < 0 ? text : text.slice(0, query);
}

/** Of a `Host` header. */
function addressOf(host: string): Attributes {
  if (host === '') return {};
  const end = host.endsWith(']') ? -1 : host.lastIndexOf(':');
  const port = end < 0 ? '' : host.slice(end + 1);
  const name = end < 0 ? host : host.slice(0, end);
  const address = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name;
  return { 'server.address': address, ...(PORT.test(port) && { 'server.port': Number(port) }) };
}

/** An instance is `inventory-1.4.2/1_running`. */
function serviceOf(instance: string, endpoint: string): Attributes {
  const [version = ''] = instance.split('/');
  return {
    'vili.version': version,
    'vili.instance': instance,
    'vili.endpoint': endpoint,
  };
}
