import { numberOf, parseJson } from '../json/parse.ts';

const MARK = Buffer.from('"error"');
/** Of a batch; the rest says little more. */
const MAX_RESPONSES = 1000;

/** Codes of the protocol itself, and those from -32099 to -32000 of servers. */
const INTERNAL = -32603;
const NO_METHOD = -32601;
const PROTOCOL = [-32700, -32600, -32602];
const [SERVER_FROM, SERVER_TO] = [-32099, -32000];

/** Quickly: nearly all bodies end here. */
export function mayBeJsonRpcError(body: Buffer): boolean {
  return body.includes(MARK);
}

/** The code of an error, of the worst one in a batch; null where there is none, or it is not JSON-RPC. */
export function jsonRpcError(body: Buffer): number | null {
  const parsed = parseJson(body);
  if (!parsed.ok) return null;
  const list: readonly unknown[] = Array.isArray(parsed.value) ? parsed.value : [parsed.value];
  let worst: number | null = null;
  for (const one of list.slice(0, MAX_RESPONSES)) {
    const code = errorOf(one);
    if (code === null) continue;
    if (worst === null || httpStatusOfJsonRpc(code) > httpStatusOfJsonRpc(worst)) worst = code;
  }
  return worst;
}

/** The status of HTTP with the same meaning; an application's own errors are those of its client. */
export function httpStatusOfJsonRpc(code: number): number {
  if (code === INTERNAL || (code >= SERVER_FROM && code <= SERVER_TO)) return 500;
  if (code === NO_METHOD) return 404;
  return PROTOCOL.includes(code) ? 400 : 422;
}

// Private

/** Version 2.0 says so; version 1.0 has all three members. */
function errorOf(response: unknown): number | null {
  if (typeof response !== 'object' || response === null) return null;
  const members = response as Readonly<Record<string, unknown>>;
  const isVersion2 = members['jsonrpc'] === '2.0';
  if (!isVersion2 && !('id' in members && 'result' in members)) return null;
  const { error } = members;
  if (error === null || error === undefined) return null;
  if (!isVersion2 && members['result'] !== null) return null;
  const code = typeof error === 'object' ? (error as { readonly code?: unknown }).code : undefined;
  const number = numberOf(code);
  return Number.isSafeInteger(number) ? number : 0;
}
