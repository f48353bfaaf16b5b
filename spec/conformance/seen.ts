import { eventually } from '../support/eventually.ts';
import { RawClient } from '../support/proxy-fixture.ts';
import { type Message, readMessage, valueOf, without } from './message.ts';
import type { Forwarded, Seen } from './outcome.ts';
import { type Memory, slugOf } from './scripted-servlet.ts';
import type { Trap } from './trap.ts';

/** Not compared as headers: they belong to the connection, are compared separately, or are Vili's. */
const SEPARATE = [
  'transfer-encoding',
  'connection',
  'upgrade',
  'trailer',
  'x-trap',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'forwarded',
  'x-request-id',
];

/** What running has recorded of a trap. */
export async function recall(port: number, trap: Trap): Promise<Memory> {
  const client = new RawClient(port);
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Seen: ${slugOf(trap)}\r\n\r\n`);
  const response = readMessage(await client.toEnd(), 0);
  return JSON.parse(response?.body ?? '') as Memory;
}

/** Resolves once running has `count` requests of a trap. */
export async function untilArrived(port: number, trap: Trap, count: number): Promise<void> {
  await eventually(
    `${trap.name} reaches running`,
    async () => (await recall(port, trap)).requests.length >= count,
  );
}

/** Resolves once `count` connections of a trap have ended at running. */
export async function untilLeft(port: number, trap: Trap, count: number): Promise<void> {
  await eventually(
    `${trap.name} leaves running`,
    async () => (await recall(port, trap)).left >= count,
  );
}

export function seenOf(message: Message): Seen {
  const { startLine, headers, body, trailers, framing } = message;
  return {
    line: startLine,
    host: valueOf(headers, 'host'),
    upgrade: valueOf(headers, 'upgrade'),
    framing,
    headers: without(headers, ...SEPARATE),
    body,
    trailers,
    forwarded: {
      for: valueOf(headers, 'x-forwarded-for'),
      proto: valueOf(headers, 'x-forwarded-proto'),
      host: valueOf(headers, 'x-forwarded-host'),
      forwarded: valueOf(headers, 'forwarded'),
      requestId: valueOf(headers, 'x-request-id'),
    },
  };
}

/** The forwarding headers that running gets from Vili, given those that the client sent. */
export function forwardedBy(
  { forwarded, host }: Seen,
  { trusted, scheme }: { trusted: boolean; scheme: string },
): Forwarded {
  const received = trusted
    ? forwarded
    : { for: null, proto: null, host: null, forwarded: null, requestId: null };
  const here = '127.0.0.1';
  return {
    for: received.for === null ? here : `${received.for}, ${here}`,
    proto: received.proto ?? scheme,
    host: received.host ?? host,
    forwarded:
      received.forwarded === null ? null : `${received.forwarded}, for=${here};proto=${scheme}`,
    requestId: received.requestId,
  };
}
