import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createDemoBase } from '../../../lib/demo/base.ts';
import { DEMO_LIMIT_MS, runDemo } from '../../../lib/demo/demo.ts';

const STAND_IN = fileURLToPath(new URL('./stand-in-daemon.js', import.meta.url));
/** Long enough for the stand-in to serve and to promote. */
const SHORT_MS = 4000;

interface Played {
  readonly code: number;
  readonly text: string;
}

async function play(
  mode: string,
  signal?: AbortSignal,
  onLine?: (line: string) => void,
): Promise<Played> {
  const lines: string[] = [];
  const code = await runDemo({
    startDaemon: (base) =>
      spawn(process.execPath, [STAND_IN, 'start', '--base', base, mode], {
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    out: (line) => {
      lines.push(line);
      onLine?.(line);
    },
    signal: signal ?? new AbortController().signal,
    keep: false,
    limitMs: mode === 'never-rejects' && signal === undefined ? SHORT_MS : DEMO_LIMIT_MS,
    now: Date.now,
    random: Math.random,
  });
  const base = /A shop in (\S+),/.exec(lines.join('\n'))?.[1] ?? '';
  expect(base).to.contain('vili-demo-');
  expect(existsSync(base)).to.equal(false);
  return { code, text: lines.join('\n') };
}

describe('the demo', () => {
  it('shows a promotion and a rejection, reports on the users and removes its base', async () => {
    const { code, text } = await play('good');
    expect(code, text).to.equal(0);
    expect(text).to.match(
      /PROMOTED shop 1\.0\.1[^]*- because[^]*REJECTED shop 1\.1\.0[^]*- because/,
    );
    expect(text).to.match(/Users: [1-9]\d* requests, 0 failed/);
    expect(text).to.contain('Where to look');
  });

  it('fails with the last output of a daemon that does not start', async () => {
    const { code, text } = await play('exits');
    expect(code).to.equal(1);
    expect(text).to.contain('the daemon ended with 2').and.contain('the port is taken');
  });

  it('fails with the reasons when a good release is rejected', async () => {
    const { code, text } = await play('rejects-good');
    expect(code).to.equal(1);
    expect(text).to.contain('1.0.1 was rejected instead of promoted: because');
  });

  it('gives up when a decision takes longer than its limit', async () => {
    const { code, text } = await play('never-rejects');
    expect(code).to.equal(1);
    expect(text).to.match(/waited \d s for 1\.1\.0 to be rejected/);
  });

  it('stops and removes everything when interrupted', async () => {
    const interrupt = new AbortController();
    const { code, text } = await play('never-rejects', interrupt.signal, (line) => {
      if (line.includes('PROMOTED')) interrupt.abort();
    });
    expect(code).to.equal(130);
    expect(text).to.contain('Interrupted');
  });

  it('writes its settings in the format of the Go program', async () => {
    const base = await createDemoBase('shop', () => 0.5);
    try {
      const text = await readFile(`${base.folder}/.env`, 'utf8');
      expect(text).to.contain(`port="${base.port}"\n`).and.contain('identifier="shop"\n');
      for (const line of text.trimEnd().split('\n')) expect(line).to.match(/^[a-z_]+="[^"]+"$/);
    } finally {
      await base.remove();
    }
  });
});
