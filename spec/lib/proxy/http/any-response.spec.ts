import { expect } from 'chai';
import * as fc from 'fast-check';
import { type Field, type Message, readMessage, without } from '../../../conformance/message.ts';
import {
  body,
  chunkSizes,
  cuts,
  fields,
  inChunks,
  pieces,
  unitOf,
} from '../../../support/http-arbitraries.ts';
import {
  type ProxyFixture,
  RawClient,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';
import { reset } from '../../../support/reset.ts';

/** The response of running, and how it is sent. */
interface Given {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Field[];
  readonly body: string;
  readonly framing: 'length' | 'chunked' | 'close';
  readonly chunks: readonly number[];
  readonly trailers: readonly Field[];
  readonly hints: readonly (readonly Field[])[];
  readonly cuts: readonly number[];
}

const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

const given: fc.Arbitrary<Given> = fc.record({
  status: fc.constantFrom(200, 201, 206, 299, 302, 404, 418, 500, 503, 599),
  reason: fc.string({ unit: unitOf('OK ab\xe9\xff'), maxLength: 20 }).map((text) => text.trim()),
  headers: fields,
  body,
  framing: fc.constantFrom('length', 'chunked', 'close'),
  chunks: chunkSizes,
  trailers: fields.map((all) => all.slice(0, 3)),
  hints: fc.array(
    fields.map((all) => all.slice(0, 3)),
    { maxLength: 2 },
  ),
  cuts,
});

function linesOf(headers: readonly Field[]): string {
  return headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
}

/** The bytes of the response, and where its head ends. */
function serialize(response: Given): { text: string; headEnd: number } {
  const interim = response.hints.map((hint) => `HTTP/1.1 103 Early Hints\r\n${linesOf(hint)}\r\n`);
  const framing = {
    length: `Content-Length: ${response.body.length}\r\n`,
    chunked: 'Transfer-Encoding: chunked\r\n',
    close: '',
  }[response.framing];
  const head = `${interim.join('')}HTTP/1.1 ${response.status} ${response.reason}\r\n${linesOf(response.headers)}${framing}\r\n`;
  const rest =
    response.framing === 'chunked'
      ? `${inChunks(response.body, response.chunks)}${linesOf(response.trailers)}\r\n`
      : response.body;
  return { text: head + rest, headEnd: head.length };
}

/** A running that sends `text`, cut into writes, and then ends the connection as `ending` says. */
class Speaker {
  text = '';
  cuts: readonly number[] = [];
  ending: 'keep' | 'end' | 'reset' = 'keep';

  open(): Promise<Upstream> {
    return Upstream.raw((socket, all) => {
      if (!all.endsWith('\r\n\r\n')) return;
      const parts = pieces(this.text, this.cuts).filter((piece) => piece !== '');
      const { ending } = this;
      const speak = (): void => {
        const part = parts.shift();
        if (part !== undefined) {
          socket.write(part, 'latin1', () => setImmediate(speak));
        } else if (ending === 'end') socket.end();
        else if (ending === 'reset') setTimeout(() => reset(socket), 5);
      };
      speak();
    });
  }
}

/** All messages that the client received, up to the response. */
async function ask({ port }: ProxyFixture, ends: boolean): Promise<Message[]> {
  const client = new RawClient(port);
  const last = ends ? 'Connection: close, TE' : 'Connection: TE';
  client.send(`GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n${last}\r\n\r\n`);
  const read = (): Message[] => {
    const found: Message[] = [];
    for (;;) {
      const at = found.at(-1)?.end ?? 0;
      const message = readMessage(client.text, at, { ended: client.ended });
      if (message === null) return found;
      found.push(message);
      if (!message.startLine.startsWith('HTTP/1.1 1')) return found;
    }
  };
  try {
    const isWhole = (): boolean => {
      const message = read().at(-1);
      return message !== undefined && message.whole && !/ 1\d\d /.test(message.startLine);
    };
    await client.until(() => client.ended || isWhole());
    return read();
  } finally {
    client.close();
  }
}

describe('any response', () => {
  it('reaches the client exactly as running sent it, in whatever pieces', async () => {
    const speaker = new Speaker();
    await withProxy(await speaker.open(), async (fixture) => {
      await fc.assert(
        fc.asyncProperty(given, async (response) => {
          speaker.text = serialize(response).text;
          speaker.cuts = response.cuts;
          speaker.ending = response.framing === 'close' ? 'end' : 'keep';
          const messages = await ask(fixture, false);
          const got = messages.pop();
          expect(messages.map(({ headers }) => headers)).to.deep.equal(response.hints);
          expect(got).to.include({ whole: true });
          expect(got?.startLine).to.equal(`HTTP/1.1 ${response.status} ${response.reason}`);
          expect(without(got?.headers ?? [], ...OF_THE_CONNECTION)).to.deep.equal(response.headers);
          expect(got?.body === response.body, got?.body.slice(0, 200)).to.equal(true);
          if (response.framing !== 'chunked') return;
          expect(got?.trailers).to.deep.equal(response.trailers);
        }),
        { numRuns: 150 },
      );
    });
  });

  it('that breaks off breaks for the client too and never looks complete', async () => {
    const broken = fc.record({
      response: given,
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      ending: fc.constantFrom('end' as const, 'reset' as const),
    });
    const speaker = new Speaker();
    await withProxy(await speaker.open(), async (fixture) => {
      await fc.assert(
        fc.asyncProperty(broken, async ({ response, at, ending }) => {
          const { text, headEnd } = serialize(response);
          const length = Math.floor(at * text.length);
          speaker.text = text.slice(0, length);
          speaker.cuts = response.cuts;
          speaker.ending = ending;
          const got = (await ask(fixture, false)).at(-1);
          if (length < headEnd) {
            // No response had begun: the proxy sends its own.
            expect(got?.startLine).to.equal('HTTP/1.1 502 Bad Gateway');
            return;
          }
          const isItsEnd = response.framing === 'close' && ending === 'end';
          const isComplete = response.framing === 'length' && response.body === '';
          if (got === undefined) expect(isItsEnd || isComplete).to.equal(false);
          else {
            expect(got.startLine).to.equal(`HTTP/1.1 ${response.status} ${response.reason}`);
            expect(got.whole).to.equal(isItsEnd || isComplete);
            expect(response.body.startsWith(got.body)).to.equal(true);
          }
        }),
        { numRuns: 100 },
      );
    });
  });
});
