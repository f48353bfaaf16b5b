import { parseJson } from '../json/parse.ts';

/** Of a frame of gRPC-Web with trailers, and of the last one of a Connect stream. */
const TRAILER_FLAG = 0x80;
const END_FLAG = 0x02;
const HEAD_BYTES = 5;
const STATUS_LINE = /^grpc-status\s*:\s*(\d{1,10})\s*$/im;
const BASE64_PIECE = /[A-Za-z0-9+/_-]+={0,2}/g;

/** Codes of gRPC in their order, each with the status of HTTP that means the same (google.rpc.Code). */
const CODES: readonly (readonly [name: string, httpStatus: number])[] = [
  ['ok', 200],
  ['canceled', 499],
  ['unknown', 500],
  ['invalid_argument', 400],
  ['deadline_exceeded', 504],
  ['not_found', 404],
  ['already_exists', 409],
  ['permission_denied', 403],
  ['resource_exhausted', 429],
  ['failed_precondition', 400],
  ['aborted', 409],
  ['out_of_range', 400],
  ['unimplemented', 501],
  ['internal', 500],
  ['unavailable', 503],
  ['data_loss', 500],
  ['unauthenticated', 401],
];
const UNKNOWN_CODE = 2;

export function isGrpcType(type: string): boolean {
  return type.startsWith('application/grpc');
}

export function isConnectType(type: string): boolean {
  return type.startsWith('application/connect+');
}

/** An unknown code means what `unknown` does. */
export function httpStatusOfGrpc(code: number): number {
  return (CODES[code] ?? CODES[UNKNOWN_CODE])?.[1] ?? 500;
}

/** The status in the last frame of a gRPC-Web body; null where it has none. */
export function grpcStatus(type: string, body: Buffer | null): number | null {
  if (body === null || !type.startsWith('application/grpc-web')) return null;
  const isText = type.startsWith('application/grpc-web-text');
  const trailers = frameOf(isText ? fromBase64(body) : body, TRAILER_FLAG);
  const [, digits] = STATUS_LINE.exec(trailers?.toString('latin1') ?? '') ?? [];
  return digits === undefined ? null : Number(digits);
}

/** The error at the end of a Connect stream; null where there is none. */
export function connectError(
  body: Buffer | null,
): { readonly name: string; readonly number: number } | null {
  const end = body === null ? null : frameOf(body, END_FLAG);
  const parsed = end === null ? null : parseJson(end);
  const error = parsed?.ok === true ? memberOf(parsed.value, 'error') : null;
  if (error === null || error === undefined) return null;
  const code = memberOf(error, 'code');
  const name = typeof code === 'string' ? code.slice(0, 40) : 'unknown';
  const number = CODES.findIndex(([known]) => known === name);
  return { name, number: number > 0 ? number : UNKNOWN_CODE };
}

// Private

/** The first frame with this flag, uncompressed. */
function frameOf(body: Buffer, flag: number): Buffer | null {
  let at = 0;
  while (at + HEAD_BYTES <= body.length) {
    const flags = body[at] ?? 0;
    const end = at + HEAD_BYTES + body.readUInt32BE(at + 1);
    if (end > body.length) return null;
    if (flags === flag) return body.subarray(at + HEAD_BYTES, end);
    at = end;
  }
  return null;
}

/** Each frame may be encoded by itself, with padding at its end. */
function fromBase64(body: Buffer): Buffer {
  const pieces = body.toString('latin1').match(BASE64_PIECE) ?? [];
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64')));
}

function memberOf(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}
