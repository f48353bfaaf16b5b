import { execFile } from 'node:child_process';
import { access, chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { curlText, incompleteness } from '../../lib/cli/text/curl.ts';
import { differencesText } from '../../lib/cli/text/diff.ts';
import { printable } from '../../lib/cli/text/printable.ts';
import { pairsOf } from '../../lib/model/headers.ts';
import { SAMPLE } from '../lib/operator/report-view.ts';
import { withTempFolder } from '../support/temp-folder.ts';

const SHELLS = ['/bin/sh', '/usr/bin/dash', '/usr/bin/bash', '/usr/bin/zsh'];
const run = promisify(execFile);
/** Keeps its arguments, each ended by a zero byte. */
const FAKE = '#!/bin/sh\nprintf \'%s\\0\' "$@" > "$RECORD"\n';

const HOSTILE = [
  '@/etc/passwd',
  '@-',
  '< /etc/passwd',
  "'; touch pwned; '",
  '$(touch pwned)',
  '`touch pwned`',
  "\n'; touch pwned; '",
  "\u001b]0;x\u0007'; touch pwned #",
  '\\',
  "\\'",
  '"',
  '',
  '%s%n',
  '!!',
  '-o pwned',
  '--output=pwned',
  '\u202etxt',
  'a\r\nb',
  'é€😀',
  '{a,b}[1-9]',
  '#x',
  "$'\\n'",
];
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PURGE', '-o', '@x'];
const PATHS = [
  '/a',
  '/a/../b',
  '/{a,b}/[1-3]?x=%20y',
  '/x#y',
  '//evil.example/x',
  '@evil.example/',
  '*',
  'http://evil.example/',
  '/a b',
  "/it's?q='$(touch pwned)'",
  '/\u001b[31m',
  '-o pwned',
  '/é',
];

type Request = typeof SAMPLE.request;

function sampleOf(request: Partial<Request>): typeof SAMPLE {
  return { ...SAMPLE, request: { ...SAMPLE.request, headers: [], body: null, ...request } };
}

function bodyOf(text: string): NonNullable<Request['body']> {
  return { bytes: text.length, text, base64: false, cut: false, masked: false };
}

/** What curl gets when a person runs the command. */
async function argumentsIn(
  shell: string,
  folder: string,
  sample: typeof SAMPLE,
): Promise<readonly string[]> {
  const [command = ''] = curlText(sample, 'http://127.0.0.1:8080');
  const record = join(folder, 'record');
  const env = { PATH: `${folder}:/usr/bin:/bin`, RECORD: record };
  await run(shell, ['-c', command], { cwd: folder, env });
  return (await readFile(record, 'utf8')).split('\0').slice(0, -1);
}

/** The values of an option. */
function valuesOf(words: readonly string[], option: string): readonly string[] {
  return words.flatMap((word, at) => (word === option ? [words[at + 1] ?? ''] : []));
}

async function withFakeCurl(use: (folder: string) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    await writeFile(join(folder, 'curl'), FAKE);
    await chmod(join(folder, 'curl'), 0o755);
    await use(folder);
    expect((await readdir(folder)).sort()).to.deep.equal(['curl', 'record']);
  });
}

async function shells(): Promise<readonly string[]> {
  const found = await Promise.all(
    SHELLS.map((shell) =>
      access(shell).then(
        () => [shell],
        () => [],
      ),
    ),
  );
  return found.flat();
}

async function check(shell: string, folder: string, sample: typeof SAMPLE): Promise<void> {
  const words = await argumentsIn(shell, folder, sample);
  const { method, path, headers, body } = sample.request;
  expect(words.slice(0, 3)).to.deep.equal(['-i', '--globoff', '--path-as-is']);
  const isHead = method === 'HEAD';
  expect(valuesOf(words, '--request')).to.deep.equal(isHead ? [] : [method]);
  const target = valuesOf(words, '--request-target')[0];
  const url = words.at(-1) ?? '';
  expect(new URL(url).host).to.equal('127.0.0.1:8080');
  expect(target ?? url.slice('http://127.0.0.1:8080'.length)).to.equal(path.replaceAll('\0', ''));
  const sent = valuesOf(words, '--header');
  for (const header of sent) expect(header).to.match(/^[^@\s:;]+[:;]/);
  expect(sent.join('\n').toLowerCase()).to.not.match(
    /^(?:content-length|transfer-encoding|expect):/m,
  );
  for (const [name, value] of pairsOf(headers)) {
    if (name === 'X-Own' && value.trim() !== '' && !/\p{Cc}/u.test(value)) {
      expect(sent).to.include(`X-Own: ${value}`);
    }
  }
  const isSent = body !== null && !isHead && !body.text.includes('\0');
  expect(valuesOf(words, '--data-raw')).to.deep.equal(isSent ? [body.text] : []);
  const [command = ''] = curlText(sample, 'http://127.0.0.1:8080');
  for (const line of command.split('\n'))
    expect(printable(line)).to.equal(line.replaceAll('\t', ' '));
}

describe('Issue 14, 2.1: the request of a sample as a command', () => {
  it('passes on exactly what was sent, in every shell, whatever that was', async function () {
    this.timeout(60_000);
    const found = await shells();
    await withFakeCurl(async (folder) => {
      for (const shell of found) {
        for (const [at, text] of HOSTILE.entries()) {
          const method = METHODS[at % METHODS.length] ?? 'GET';
          const headers = ['X-Own', text, text, 'x', '@/etc/passwd', 'x', 'Content-Length', '7'];
          const path = PATHS[at % PATHS.length] ?? '/';
          await check(shell, folder, sampleOf({ method, path, headers, body: bodyOf(text) }));
        }
        for (const path of PATHS) await check(shell, folder, sampleOf({ path }));
      }
    });
  });

  it('passes on any text', async function () {
    this.timeout(60_000);
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const piece = fc.constantFrom(
      "'",
      '"',
      '\\',
      '$(',
      '`',
      '\n',
      '\u001b',
      ';',
      '@',
      ' ',
      '\u0000',
    );
    const hostile = fc
      .array(fc.oneof(text, piece), { maxLength: 8 })
      .map((parts) => parts.join(''));
    await withFakeCurl(async (folder) => {
      await fc.assert(
        fc.asyncProperty(hostile, hostile, hostile, async (path, value, body) => {
          const headers = ['X-Own', value, value, body];
          const request = { method: 'POST', path: `/${path}`, headers, body: bodyOf(body) };
          await check('/bin/sh', folder, sampleOf(request));
        }),
        { numRuns: 150 },
      );
    });
  });

  it('is sent by the real curl to no other place, without globbing and as it is', async function () {
    this.timeout(60_000);
    const version = await run('curl', ['--version']).catch(() => null);
    if (version === null) return this.skip();
    const received: string[] = [];
    const server = createServer((socket) => {
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const [head = '', body = ''] = text.split('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
        if (!text.includes('\r\n\r\n') || Buffer.byteLength(body) < length) return;
        received.push(text);
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      });
      socket.on('error', () => {});
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      for (const path of ['/a/../b', '/{a,b}/[1-3]?x=1', '/x#y', '@evil.example/', '*', '/a b']) {
        const body = bodyOf('@/etc/passwd');
        const headers = ['X-Empty', '', 'Content-Length', '999', 'X-Own', 'a'];
        const [command = ''] = curlText(
          sampleOf({ method: 'POST', path, headers, body }),
          `http://127.0.0.1:${port}`,
        );
        await run('/bin/sh', ['-c', `${command} -s -q --noproxy '*' --max-time 10`]);
        const last = received.at(-1) ?? '';
        expect(last.split('\r\n')[0]).to.equal(`POST ${path} HTTP/1.1`);
        expect(last).to.match(/\r\n\r\n@\/etc\/passwd$/);
        expect(last).to.contain('\r\nX-Empty:').and.not.contain('999');
        expect(last.toLowerCase()).to.not.contain('content-type');
      }
      expect(received).to.have.length(6);
    } finally {
      server.close();
    }
  });

  it('says what it cannot pass on', () => {
    const zero = sampleOf({ method: 'POST', body: bodyOf('a\u0000b') });
    expect(incompleteness(zero)).to.contain('zero byte');
    const head = sampleOf({ method: 'HEAD', body: bodyOf('a') });
    expect(incompleteness(head)).to.equal('its body');
    expect(incompleteness(sampleOf({}))).to.equal(null);
  });

  it('offers no id to a shell that Vili did not make', () => {
    const id = '$(touch pwned)';
    const sample = { id, signal: 'slow', key: 'slow', logs: null } as const;
    const endpoint = {
      endpoint: 'GET /a',
      pairs: 1,
      worse: 0,
      better: 0,
      failures: [],
      differences: [],
      alsoSeen: [],
      samples: [sample],
    };
    const view = { schema: 'vili.differences/1', version: 'v', endpoints: [endpoint], ignored: [] };
    const lines = differencesText(view as never, { columns: 80 } as never);
    expect(lines.at(-1)).to.equal('see one: vili diff --sample ID');
  });
});
