import { type Exchange, isSafeMethod, type NotedResponse } from '../../model/exchange.ts';
import { type FlatHeaders, headerValues } from '../../model/headers.ts';
import { pathOf } from '../../model/path-template.ts';
import { credentialsOf, handedOutOf, isCredentialName, isCredentialValue } from './credentials.ts';
import { hashOf } from './hash.ts';
import { stringsOf } from './json-strings.ts';

/** Larger responses to a write hand out no token. */
export const MAX_NOTED_BODY = 16_384;
const MAX_PATH = 500;
const MAX_HANDED_OUT = 64;
const TOKEN = /^[\w.~+/=:-]{16,4096}$/;
const SEPARATOR = '|';
const COPIED = 'copied';

/** What of a response of running has to be remembered, without a single value of a client. */
export interface StateNote {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The name of the endpoint, '' until it is known. */
  readonly endpoint: string;
  readonly isCopied: boolean;
  /** Hashes of what identifies the client. */
  readonly client: readonly number[];
  /** Hashes of values that running handed out. */
  readonly handedOut: readonly number[];
  /** Running did what the client wrote. */
  readonly isWrite: boolean;
  /** Paths of what the write created. */
  readonly created: readonly string[];
}

/** Null when nothing has to be remembered. */
export function noteOf(response: NotedResponse): StateNote | null {
  const { method, status, headers, responseHeaders, responseBody } = response;
  const isWrite = !isSafeMethod(method) && status >= 200 && status < 400;
  const body =
    responseBody === null || responseBody.length > MAX_NOTED_BODY
      ? ''
      : responseBody.toString('latin1');
  const handedOut = handedOutHashes(responseHeaders, isWrite ? body : '');
  if (!isWrite && handedOut.length === 0) return null;
  return {
    method,
    path: pathOf(response.path).slice(0, MAX_PATH),
    endpoint: '',
    isCopied: response.isCopied,
    client: clientOf(headers),
    handedOut,
    isWrite,
    created: isWrite ? createdBy(response, body) : [],
  };
}

/** Of a client that carries nothing which running handed out; the last is there where it has a password. */
const ORIGIN = ['x-forwarded-for', 'user-agent', 'authorization'];

/** Hashes of what identifies the client of a request: all that it carries, else where it comes from. */
export function clientOf(headers: FlatHeaders): readonly number[] {
  const carried = credentialsOf(headers).map(({ value }) => hashOf(value));
  if (carried.length > 0) return carried;
  const from = ORIGIN.map((name) => headerValues(headers, name).join());
  return [hashOf(from.join('\n'))];
}

/** Hashes of the values that a response hands out: in its headers, and in what a write returns. */
export function handedOutBy({
  method,
  responseHeaders,
  responseBody,
}: Pick<NotedResponse, 'method' | 'responseHeaders' | 'responseBody'>): readonly number[] {
  const isSmall = responseBody !== null && responseBody.length <= MAX_NOTED_BODY;
  const isRead = isSmall && !isSafeMethod(method);
  return handedOutHashes(responseHeaders, isRead ? responseBody.toString('latin1') : '');
}

/** The note in the form of an exchange, in which it travels to the worker in its turn. */
export function packNote(note: StateNote): Exchange {
  const { method, path, endpoint, isCopied, client, handedOut, isWrite, created } = note;
  return {
    ...BLANK,
    endpoint,
    requestId: isCopied ? COPIED : '',
    method,
    path,
    status: isWrite ? 1 : 0,
    headers: client.map(String),
    responseHeaders: [...handedOut.map(String), SEPARATOR, ...created],
  };
}

export function unpackNote(exchange: Exchange): StateNote {
  const { method, path, endpoint, requestId, status, headers, responseHeaders } = exchange;
  const end = responseHeaders.indexOf(SEPARATOR);
  return {
    method,
    path,
    endpoint,
    isCopied: requestId === COPIED,
    isWrite: status === 1,
    client: headers.map(Number),
    handedOut: responseHeaders.slice(0, end).map(Number),
    created: responseHeaders.slice(end + 1),
  };
}

// Private

const BLANK: Exchange = {
  requestId: '',
  method: '',
  operation: '',
  endpoint: '',
  path: '',
  headers: [],
  body: null,
  atMs: 0,
  status: 0,
  failure: null,
  responseHeaders: [],
  responseBody: null,
  responseBytes: 0,
  responseDigest: null,
  runningMs: 0,
};

function handedOutHashes(headers: FlatHeaders, body: string): readonly number[] {
  const hashes = handedOutOf(headers).map(({ value }) => hashOf(value));
  if (body === '') return hashes;
  if (TOKEN.test(body)) return [...hashes, hashOf(body)];
  for (const [key, value] of stringsOf(body)) {
    if (hashes.length >= MAX_HANDED_OUT) break;
    if (isCredentialValue(value) && isCredentialName(key)) hashes.push(hashOf(value));
  }
  return hashes;
}

/** The thing that a 201 made: at its `Location`, or at its `id` below the path. */
function createdBy(
  { method, path, status, responseHeaders }: NotedResponse,
  body: string,
): readonly string[] {
  if (status >= 300 || method !== 'POST') return [];
  const [location = ''] = headerValues(responseHeaders, 'location');
  const at = /^(?:https?:\/\/[^/]+)?(\/[^?#]*)/.exec(location)?.[1];
  if (at !== undefined) return [at.slice(0, MAX_PATH)];
  const id = /^\s*\{[^{}[\]]{0,200}?"_?id"\s*:\s*(?:"([\w.~-]{1,64})"|(\d{1,20}))/.exec(body);
  const value = id?.[1] ?? id?.[2];
  return value === undefined
    ? []
    : [`${pathOf(path).replace(/\/$/, '')}/${value}`.slice(0, MAX_PATH)];
}
