import { eventually } from '../support/eventually.ts';
import { RawClient } from '../support/proxy-fixture.ts';
import { type Message, readMessage, valueOf, without } from './message.ts';
import type { Forwarded, Seen } from './outcome.ts';
import { type Memory, slugOf } from './scripted-servlet.ts';
import type { Trap } from './trap.ts';

/** Not compared as headers: they belong to the connection, are compared apart, or are Vili's. */
const APART = [
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

/** What running has seen of a trap since it was asked last. */
export async function recall(port: number, trap: Trap): Promise<Memory> {
  const client = new RawClient(port);
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nX-Seen: ${slugOf(trap)}\r\n\r\n`);
  const answer = readMessage(await client.toEnd(), 0);
  return JSON.parse(answer?.body ?? '') as Memory;
}

/** Resolves once running has so many requests of a trap. */
export async function untilAsked(port: number, trap: Trap, count: number): Promise<void> {
  await eventually(
    `${trap.name} reaches running`,
    async () => (await recall(port, trap)).requests.length >= count,
  );
}

/** Resolves once so many connections of a trap have ended at running. */
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
    headers: without(headers, ...APART),
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

/** What Vili tells running of where a request came from, next to what the client said. */
export function forwardedBy(
  { forwarded, host }: Seen,
  { trusted, scheme }: { trusted: boolean; scheme: string },
): Forwarded {
  const said = trusted ? forwarded : { for: null, proto: null, host: null, forwarded: null };
  const here = '127.0.0.1';
  return {
    for: said.for === null ? here : `${said.for}, ${here}`,
    proto: said.proto ?? scheme,
    host: said.host ?? host,
    forwarded: said.forwarded === null ? null : `${said.forwarded}, for=${here};proto=${scheme}`,
    requestId: forwarded.requestId,
  };
}
