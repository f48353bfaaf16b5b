import type { Mask } from '../../compare/mask/mask.ts';
import type { CopySpan } from '../../model/span/copy.ts';
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
  const { span, method, path, endpoint, atMs, ms, instance, status } = exchange;
  const { requestId, scheme, host } = span;
  const errorType = errorOf(exchange, SERVER_ERROR);
  return {
    ids: span,
    name: nameOf(method, endpoint),
    kind: 'server',
    atMs,
    ms,
    isError: errorType !== null,
    attributes: {
      ...methodOf(method),
      'url.scheme': scheme,
      'url.path': shownPath(path, mask),
      ...addressOf(host),
      ...(status > 0 && { 'http.response.status_code': status }),
      ...(errorType !== null && { 'error.type': errorType }),
      ...serviceOf(instance, endpoint, requestId),
      'vili.role': 'running',
    },
  };
}

/** What a copy got: Vili is the client. */
export function copySpan(copy: CopySpan, mask: Mask): SpanData {
  const { method, path, endpoint, atMs, ms, status, instance, host, port, scheme } = copy;
  const errorType = errorOf(copy, CLIENT_ERROR);
  const shown = shownPath(path, mask);
  return {
    ids: copy,
    name: nameOf(method, endpoint),
    kind: 'client',
    atMs,
    ms,
    isError: errorType !== null,
    attributes: {
      ...methodOf(method),
      'url.full': `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}${shown}`,
      'url.path': shown,
      'server.address': host,
      'server.port': port,
      ...(status > 0 && { 'http.response.status_code': status }),
      ...(errorType !== null && { 'error.type': errorType }),
      ...serviceOf(instance, endpoint, copy.requestId),
      'vili.role': copy.role,
      'vili.outcome': copy.outcome,
      'vili.differences': copy.differences,
    },
  };
}

// Private

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
function serviceOf(instance: string, endpoint: string, requestId: string): Attributes {
  const [version = ''] = instance.split('/');
  return {
    'vili.version': version,
    'vili.instance': instance,
    'vili.endpoint': endpoint,
    'vili.request_id': requestId,
  };
}

/** Statuses from `leastStatus` on are errors: a server's own are those that it made itself. */
function errorOf(
  { status, failure }: Pick<ServedExchange, 'status' | 'failure'>,
  leastStatus: number,
): string | null {
  if (failure !== null) return failure;
  return status >= leastStatus ? String(status) : null;
}
