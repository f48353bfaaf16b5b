import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { protocolFailure } from '../../../../lib/compare/protocol/failure.ts';

const MAX = 100_000;

describe('A failure that a protocol tells beside a good status', () => {
  it('is the status of gRPC, in a header or a trailer', () => {
    const grpc = (status: string) =>
      failureOf('application/grpc+proto', '', ['grpc-status', status]);
    expect(grpc('0')).to.equal(null);
    expect(grpc('13')).to.deep.equal({ status: 500, says: '200 with grpc-status 13' });
    expect(grpc('5')).to.include({ status: 404 });
    expect(grpc('7')).to.include({ status: 403 });
    expect(grpc('16')).to.include({ status: 401 });
    expect(grpc('14')).to.include({ status: 503 });
    expect(grpc('99')).to.include({ status: 500 });
    expect(grpc('nonsense')).to.include({ status: 500 });
    expect(failureOf('application/grpc', '', [])).to.equal(null);
    expect(failureOf('text/html', '', ['grpc-status', '13'])).to.equal(null);
  });

  it('is the status of gRPC-Web in the last frame of its body, also in base64', () => {
    const body = (code: number) =>
      Buffer.concat([
        frame(0, 'message'),
        frame(0x80, `grpc-message: x\r\ngrpc-status: ${code}\r\n`),
      ]);
    for (const [type, wrap] of [
      ['application/grpc-web+proto', (bytes: Buffer) => bytes],
      ['application/grpc-web-text', (bytes: Buffer) => Buffer.from(bytes.toString('base64'))],
    ] as const) {
      expect(failureOf(type, wrap(body(0)))).to.equal(null);
      expect(failureOf(type, wrap(body(9)))).to.deep.equal({
        status: 400,
        says: '200 with grpc-status 9',
      });
    }
    const pieces = [frame(0, 'ab'), frame(0x80, 'grpc-status: 2\r\n')].map((it) =>
      it.toString('base64'),
    );
    expect(failureOf('application/grpc-web-text', Buffer.from(pieces.join('')))).to.include({
      status: 500,
    });
    expect(failureOf('application/grpc-web', body(5).subarray(0, 20))).to.equal(null);
  });

  it('is the error at the end of a Connect stream', () => {
    const end = (text: string) => Buffer.concat([frame(0, '{}'), frame(2, text)]);
    const type = 'application/connect+json';
    expect(failureOf(type, end('{}'))).to.equal(null);
    expect(failureOf(type, end('{"error":{"code":"permission_denied"}}'))).to.deep.equal({
      status: 403,
      says: '200 with error permission_denied',
    });
    expect(failureOf(type, end('{"error":{}}'))).to.include({ status: 500 });
  });

  it('is the error of JSON-RPC, the worst one of a batch, also compressed', () => {
    const error = (code: unknown) => ({ jsonrpc: '2.0', id: 1, error: { code, message: 'no' } });
    const json = (value: unknown) => failureOf('application/json', JSON.stringify(value));
    expect(json(error(-32603))).to.deep.equal({
      status: 500,
      says: '200 with JSON-RPC error -32603',
    });
    expect(json(error(-32000))).to.include({ status: 500 });
    expect(json(error(-32601))).to.include({ status: 404 });
    expect(json(error(-32602))).to.include({ status: 400 });
    expect(json(error(17))).to.include({ status: 422 });
    expect(json(error('odd'))).to.include({ status: 422 });
    const fine = { jsonrpc: '2.0', id: 2, result: 7 };
    expect(json([fine, error(-32602), error(-32603)])).to.include({ status: 500 });
    expect(json([fine])).to.equal(null);
    expect(json({ id: 1, result: null, error: { code: 3 } })).to.include({ status: 422 });
    const packed = gzipSync(JSON.stringify(error(-32603)));
    expect(failureOf('application/json', packed, ['content-encoding', 'gzip'])).to.include({
      status: 500,
    });
  });

  it('is none where JSON merely has a field of that name, nor the errors of GraphQL', () => {
    for (const value of [
      { error: 'not found' },
      { error: { code: 5 } },
      { id: 1, error: { code: 5 } },
      { id: 1, result: 'x', error: { code: 5 } },
      { id: 1, result: null, error: null },
      { jsonrpc: '2.0', id: 1, result: { error: { code: 5 } } },
      { data: null, errors: [{ message: 'no' }] },
      'an "error"',
      null,
    ]) {
      expect(failureOf('application/json', JSON.stringify(value)), JSON.stringify(value)).to.equal(
        null,
      );
    }
    expect(failureOf('text/html', '{"jsonrpc":"2.0","error":{"code":1}}')).to.equal(null);
  });

  it('is not looked for where the status is none of success', () => {
    const response = { ...responseOf('application/grpc', '', ['grpc-status', '13']), status: 404 };
    expect(protocolFailure(response, MAX)).to.equal(null);
    expect(protocolFailure({ ...response, status: 0 }, MAX)).to.equal(null);
    expect(
      protocolFailure(
        { ...response, bytes: null, headers: ['content-type', 'application/json'], status: 200 },
        MAX,
      ),
    ).to.equal(null);
  });

  it('is found or not in any bytes, without an error', () => {
    const types = fc.constantFrom(
      'application/grpc-web',
      'application/grpc-web-text',
      'application/connect+proto',
      'application/json',
      '',
    );
    fc.assert(
      fc.property(types, fc.uint8Array({ maxLength: 200 }), fc.boolean(), (type, bytes, isJson) => {
        const body = isJson ? Buffer.concat([Buffer.from('{"error":'), bytes]) : Buffer.from(bytes);
        const found = failureOf(type, body);
        expect(found === null || found.status >= 400).to.equal(true);
      }),
      { numRuns: 2000 },
    );
  });
});

// Private

function frame(flags: number, text: string): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flags;
  head.writeUInt32BE(Buffer.byteLength(text), 1);
  return Buffer.concat([head, Buffer.from(text)]);
}

function responseOf(type: string, body: string | Buffer, headers: readonly string[]) {
  const bytes = Buffer.from(body as string);
  const all = type === '' ? headers : ['Content-Type', `${type}; x=1`, ...headers];
  return { status: 200, headers: all, bytes, length: bytes.length, digest: null, cut: false };
}

function failureOf(type: string, body: string | Buffer, headers: readonly string[] = []) {
  return protocolFailure(responseOf(type, body, headers), MAX);
}
