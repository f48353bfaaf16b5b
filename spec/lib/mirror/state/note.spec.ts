import { expect } from 'chai';
import fc from 'fast-check';
import { hashOf } from '../../../../lib/mirror/state/hash.ts';
import { stringsOf } from '../../../../lib/mirror/state/json-strings.ts';
import { clientOf, noteOf, packNote, unpackNote } from '../../../../lib/mirror/state/note.ts';
import {
  recordBuffer,
  recordBytes,
  readRecord,
  isNoteAt,
  writeRecord,
} from '../../../../lib/mirror/wire/codec.ts';
import type { NotedResponse } from '../../../../lib/model/exchange.ts';

const SEED = 15;
const LOGIN: NotedResponse = {
  method: 'POST',
  path: '/login?from=home',
  headers: ['Host', 'shop.example', 'X-Forwarded-For', '192.0.2.1'],
  status: 200,
  responseHeaders: ['Content-Type', 'application/json'],
  responseBody: Buffer.from(
    '{"user":{"name":"Kari"},"accessToken":"abcdefgh12345678","expiresIn":60}',
  ),
  isCopied: false,
};

describe('What is noted of a response of running', () => {
  it('is the hash of a token that a log-in hands out, and nothing that could be read', () => {
    const note = noteOf(LOGIN);
    expect(note).to.include({ method: 'POST', path: '/login', isWrite: true, isCopied: false });
    expect(note?.handedOut).to.deep.equal([hashOf('abcdefgh12345678')]);
    expect(JSON.stringify(packNote(note!)))
      .to.not.contain('abcdefgh12345678')
      .and.not.contain('192.0.2.1');
  });

  it('is a cookie, whatever the method', () => {
    const responseHeaders = ['Set-Cookie', 'sid=0123456789abcdef; Path=/'];
    const note = noteOf({
      ...LOGIN,
      method: 'GET',
      path: '/',
      responseHeaders,
      responseBody: null,
    });
    expect(note).to.deep.include({ isWrite: false, handedOut: [hashOf('0123456789abcdef')] });
  });

  it('names another client for each user with a password at one address', () => {
    const of = (headers: readonly string[]) => clientOf([...LOGIN.headers, ...headers]);
    const anna = of(['Authorization', 'Basic YW5uYTpzZWNyZXQ=']);
    expect(anna).to.deep.equal(of(['Authorization', 'Basic YW5uYTpzZWNyZXQ=']));
    expect(anna).to.not.deep.equal(of(['Authorization', 'Basic YmVyaXQ6c2VjcmV0']));
    expect(anna).to.not.deep.equal(of([]));
  });

  it('is nothing for a read that hands nothing out, or a refusal', () => {
    expect(noteOf({ ...LOGIN, method: 'GET' })).to.equal(null);
    expect(noteOf({ ...LOGIN, status: 401, responseBody: Buffer.from('{"error":"no"}') })).to.equal(
      null,
    );
  });

  it('is the path of what a write created', () => {
    const created = (changes: Partial<NotedResponse>) =>
      noteOf({ ...LOGIN, path: '/todos', status: 201, responseBody: null, ...changes })?.created;
    expect(
      created({ responseHeaders: ['Location', 'http://shop.example/todos/17?x=1'] }),
    ).to.deep.equal(['/todos/17']);
    expect(created({ responseBody: Buffer.from('{"title":"x","id":17}') })).to.deep.equal([
      '/todos/17',
    ]);
    expect(created({ responseBody: Buffer.from('{"_id":"5f1e"}') })).to.deep.equal(['/todos/5f1e']);
    expect(created({})).to.deep.equal([]);
  });

  it('reaches the worker in its turn, and is no copy', () => {
    const note = noteOf(LOGIN)!;
    const packed = packNote(note);
    const target = recordBuffer(new SharedArrayBuffer(4096));
    writeRecord(target, 0, recordBytes(packed), packed, true);
    expect(isNoteAt(target, 0)).to.equal(true);
    expect(unpackNote(readRecord(target, 0))).to.deep.equal(note);
    writeRecord(target, 0, recordBytes(packed), packed);
    expect(isNoteAt(target, 0)).to.equal(false);
  });

  it('finds the strings of any document, and reads any bytes to the end', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.stringMatching(/^[\w.-]{0,20}$/)),
        (data) => {
          for (const text of [JSON.stringify(data), JSON.stringify(data, null, 2)]) {
            expect([...stringsOf(text)]).to.deep.equal(Object.entries(data).slice(0, 200));
          }
        },
      ),
      { seed: SEED },
    );
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300, unit: fc.constantFrom('"', '\\', ':', '{', ',', ' ', 'a') }),
        (text) => {
          expect([...stringsOf(text)].length).to.be.at.most(200);
        },
      ),
      { seed: SEED },
    );
  });
});
