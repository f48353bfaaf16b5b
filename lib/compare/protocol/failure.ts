import { headerValues } from '../../model/headers.ts';
import type { Body } from '../bodies.ts';
import { decodeBody, encodingsOf } from '../content/decode.ts';
import { isJsonType, mediaType } from '../content/media-type.ts';
import { severityOfStatus } from '../severity.ts';
import { connectError, grpcStatus, httpStatusOfGrpc, isConnectType, isGrpcType } from './grpc.ts';
import { httpStatusOfJsonRpc, jsonRpcError, mayBeJsonRpcError } from './json-rpc.ts';

/** What a response says beside a status that is fine, for protocols that have failures of their own. */
export interface ProtocolFailure {
  /** The status of HTTP with the same meaning. */
  readonly status: number;
  /** For people, with the status that was sent: `200 with grpc-status 13`. */
  readonly says: string;
}

interface Response extends Body {
  readonly status: number;
}

/**
 * The failure that a response with a good status reports by its protocol: gRPC and gRPC-Web by status, in a
 * header, a trailer (which counts as a header here) or the body; Connect streams and JSON-RPC by an error in
 * the body. GraphQL is not among them: what its `errors` cost shows in the data. Null for all others.
 */
export function protocolFailure(response: Response, maxBytes: number): ProtocolFailure | null {
  if (severityOfStatus(response.status) > 0) return null;
  const type = mediaType(response.headers);
  if (isGrpcType(type)) return ofGrpc(response, type, maxBytes);
  if (isConnectType(type)) return ofConnect(response, maxBytes);
  return type === '' || isJsonType(type) || isJsonRpcType(type)
    ? ofJsonRpc(response, maxBytes)
    : null;
}

// Private

function ofGrpc(response: Response, type: string, maxBytes: number): ProtocolFailure | null {
  const [header] = headerValues(response.headers, 'grpc-status');
  const body = header === undefined ? bodyOf(response, maxBytes) : null;
  const code = header === undefined ? grpcStatus(type, body) : Number(header.trim() || Number.NaN);
  if (code === null || code === 0) return null;
  return failure(response, httpStatusOfGrpc(code), `grpc-status ${header?.trim() ?? code}`);
}

function ofConnect(response: Response, maxBytes: number): ProtocolFailure | null {
  const code = connectError(bodyOf(response, maxBytes));
  return code === null
    ? null
    : failure(response, httpStatusOfGrpc(code.number), `error ${code.name}`);
}

function ofJsonRpc(response: Response, maxBytes: number): ProtocolFailure | null {
  // To decode every body only to look for it would cost more than comparing it.
  const isEncoded = encodingsOf(response.headers).length > 0;
  if (!isEncoded && (response.bytes === null || !mayBeJsonRpcError(response.bytes))) return null;
  const body = bodyOf(response, maxBytes);
  const code = body === null || !mayBeJsonRpcError(body) ? null : jsonRpcError(body);
  if (code === null) return null;
  return failure(response, httpStatusOfJsonRpc(code), `JSON-RPC error ${code}`);
}

function failure({ status }: Response, equal: number, what: string): ProtocolFailure {
  return { status: equal, says: `${status} with ${what.slice(0, 60)}` };
}

function bodyOf({ headers, bytes }: Response, maxBytes: number): Buffer | null {
  return bytes === null ? null : decodeBody(headers, bytes, maxBytes);
}

function isJsonRpcType(type: string): boolean {
  return type === 'application/json-rpc' || type === 'application/jsonrequest';
}
