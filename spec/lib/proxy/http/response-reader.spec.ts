import { expect } from 'chai';
import * as fc from 'fast-check';
import { codeOf } from '../../../../lib/errors.ts';
import { ResponseReader } from '../../../../lib/proxy/http/response-reader.ts';
import {
  body,
  chunkSizes,
  corrupted,
  corruptions,
  cuts,
  fields,
  inChunks,
  pieces,
  unitOf,
} from '../../../support/http-arbitraries.ts';
import { responseByNode } from '../../../support/in-memory-http.ts';

const MAX_HEAD_BYTES = 65_536;
const RUNS = 2000;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

interface Read {
  startLine: string;
  headers: readonly string[];
  body: string;
  trailers: readonly string[];
  interims: number[];
  /** The outcome; `open` while more may come. */
  end: 'open' | 'complete' | 'malformed' | 'broken';
  keeps: boolean;
}

/** Reads these pieces, and then the end of the connection if `ends`. */
function readAll(parts: readonly string[], { method = 'GET', ends = true } = {}): Read {
  const read: Read = {
    startLine: '',
    headers: [],
    body: '',
    trailers: [],
    interims: [],
    end: 'open',
    keeps: false,
  };
  const reader = new ResponseReader(MAX_HEAD_BYTES, {
    interim: ({ status }) => read.interims.push(status),
    head: (status, reason, { fields }) => {
      read.startLine = `${status} ${reason}`;
      read.headers = fields.flat;
    },
    data: (piece) => {
      read.body += piece.toString('latin1');
    },
    complete: (trailers) => {
      read.trailers = trailers;
      read.end = 'complete';
      read.keeps = reader.keepsConnection;
    },
    upgraded: () => {
      read.end = 'complete';
    },
  });
  reader.expect({ method, upgrade: '' });
  try {
    for (const part of parts) if (read.end === 'open') reader.read(Buffer.from(part, 'latin1'));
    if (ends && read.end === 'open' && !reader.ended()) read.end = 'broken';
  } catch (error) {
    expect(codeOf(error)).to.equal('VILI_GATE_ANSWER');
    read.end = 'malformed';
  }
  return read;
}

const responses = fc
  .record({
    status: fc.constantFrom('200', '204', '206', '304', '404', '500', '599'),
    reason: fc.string({ unit: unitOf('OK ab\xe9\t'), maxLength: 10 }).map((text) => text.trim()),
    headers: fields,
    body,
    framing: fc.constantFrom('length', 'chunked', 'close'),
    chunks: chunkSizes,
    trailers: fields.map((all) => all.slice(0, 3)),
    interims: fc.constantFrom(
      '',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 103 Hints\r\na: b\r\n\r\n',
    ),
    version: fc.constantFrom('1.1', '1.1', '1.0'),
  })
  .map((it) => {
    const linesOf = (all: readonly (readonly [string, string])[]): string =>
      all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const sizes = {
      length: `Content-Length: ${it.body.length}\r\n`,
      chunked: 'Transfer-Encoding: chunked\r\n',
      close: '',
    };
    const head = `HTTP/${it.version} ${it.status} ${it.reason}\r\n${linesOf(it.headers)}${sizes[it.framing]}\r\n`;
    const content =
      it.framing === 'chunked'
        ? `${inChunks(it.body, it.chunks)}${linesOf(it.trailers)}\r\n`
        : it.body;
    const hasBody = it.status !== '204' && it.status !== '304';
    return `${it.interims}${head}${hasBody ? content : ''}`;
  });

describe('the responses on a connection to running', () => {
  it('are read the same in whatever pieces they come', () => {
    fc.assert(
      fc.property(responses, cuts, (text, shares) => {
        const whole = readAll([text]);
        expect(whole.end).to.equal('complete');
        expect(readAll(pieces(text, shares))).to.deep.equal(whole);
        expect(readAll(text.slice(0, 2000).split('')).startLine).to.equal(whole.startLine);
      }),
      { numRuns: 400 },
    );
  });

  it('are accepted only if node accepts them, however corrupted they are', async () => {
    const counts = { complete: 0, rejected: 0 };
    await fc.assert(
      fc.asyncProperty(responses, corruptions(1), async (text, changes) => {
        const given = corrupted(text, changes);
        const ours = readAll([given]);
        if (ours.end !== 'complete') return void counts.rejected++;
        counts.complete++;
        const theirs = await responseByNode('GET', Buffer.from(given, 'latin1'));
        expect(theirs, JSON.stringify(given)).to.not.equal(null);
        expect(theirs?.whole, JSON.stringify(given)).to.equal(true);
        expect(`${theirs?.startLine.slice(4)}`).to.equal(ours.startLine);
        expect(theirs?.body).to.equal(ours.body);
        expect(theirs?.rawTrailers).to.deep.equal(ours.trailers);
        for (const header of ours.headers) expect(theirs?.rawHeaders).to.include(header);
      }),
      { numRuns: RUNS },
    );
    expect(counts.complete).to.be.greaterThan(RUNS / 50);
    expect(counts.rejected).to.be.greaterThan(RUNS / 50);
  });

  it('are read the same whether or not their head is cached', () => {
    fc.assert(
      fc.property(fc.array(responses, { minLength: 1, maxLength: 3 }), cuts, (texts, shares) => {
        const seen: string[] = [];
        const reader = new ResponseReader(MAX_HEAD_BYTES, {
          interim: ({ status, fields }) => seen.push(`${status} ${fields.join()}`),
          head: (status, reason, { fields }) => seen.push(`${status} ${reason} ${fields.lines}`),
          data: () => {},
          complete: (trailers) => seen.push(`end ${trailers.join()} ${reader.keepsConnection}`),
          upgraded: () => seen.push('upgraded'),
        });
        const ask = (text: string): string[] => {
          seen.length = 0;
          reader.expect({ method: 'GET', upgrade: '' });
          for (const part of pieces(text, shares)) reader.read(Buffer.from(part, 'latin1'));
          reader.ended();
          return [...seen];
        };
        for (const text of texts) expect(ask(text)).to.deep.equal(ask(text));
        const [first = ''] = texts;
        expect(ask(first).length).to.be.greaterThan(1);
      }),
      { numRuns: 400 },
    );
  });

  for (const [name, text] of [
    ['a folded line', 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 2\r\n\r\nok'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\nA : b\r\nContent-Length: 2\r\n\r\nok'],
    ['a bare LF', 'HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nok'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok'],
    ['a length that is not a number', 'HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok'],
    [
      'a length next to chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok'],
    ['another protocol', 'SSH-2.0-what\r\n'],
    [
      'a chunk size with a sign',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\nok\r\n0\r\n\r\n',
    ],
    [
      'a chunk that is longer than its size',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nok\r\n0\r\n\r\n',
    ],
    [
      'a trailer without a colon',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nno colon\r\n\r\n',
    ],
    [
      'an endless chunk extension',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;${'a'.repeat(17_000)}`,
    ],
    [
      'endless trailers',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n${'a: b\r\n'.repeat(12_000)}`,
    ],
    ['an endless head', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(12_000)}`],
    ['an unrequested 101', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n'],
  ] as const) {
    it(`are malformed with ${name}`, () => {
      expect(readAll([text]).end).to.equal('malformed');
    });
  }

  it('leave a connection reusable only when nothing rules it out', () => {
    const keeps = (text: string): boolean => readAll([text]).keeps;
    expect(keeps(OK)).to.equal(true);
    expect(keeps('HTTP/1.1 204 No Content\r\n\r\n')).to.equal(true);
    expect(
      keeps('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok'),
    ).to.equal(true);
    expect(keeps('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok')).to.equal(
      false,
    );
    expect(keeps('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok')).to.equal(false);
    expect(keeps(`${OK}more`)).to.equal(false);
    expect(keeps('HTTP/1.1 204 No Content\r\n\r\nmore')).to.equal(false);
    expect(keeps('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nmore')).to.equal(
      false,
    );
  });

  it('end with the connection when they have no other framing', () => {
    expect(readAll(['HTTP/1.1 200 OK\r\n\r\nsome', ' more'])).to.include({
      body: 'some more',
      end: 'complete',
    });
    expect(readAll(['HTTP/1.1 200 OK\r\n\r\nsome'], { ends: false }).end).to.equal('open');
  });

  it('break with the connection when they are incomplete', () => {
    expect(readAll([OK.slice(0, -1)]).end).to.equal('broken');
    expect(readAll(['HTTP/1.1 2']).end).to.equal('broken');
    expect(
      readAll(['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n']).end,
    ).to.equal('broken');
  });

  it('have no body for HEAD, whatever their length', () => {
    expect(readAll([OK.slice(0, -2)], { method: 'HEAD' })).to.include({
      end: 'complete',
      body: '',
    });
  });
});
