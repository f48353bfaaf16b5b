import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import type { CliIo } from '../../../../lib/cli/terminal/io.ts';
import { readingsOf } from '../../../../lib/cli/live/readings.ts';
import { type TopView, topText } from '../../../../lib/cli/text/overview/top.ts';
import { colorsFor } from '../../../../lib/cli/text/colors.ts';
import { Series } from '../../../../lib/metrics/series/series.ts';
import { STATUS, TREE } from '../../operator/views.ts';
import { run, Sink, withDaemon } from '../run-support.ts';

const NOW_MS = Date.UTC(2026, 0, 7);
const TERMINAL = { stdin: true, stdout: true };

/** Calls `then` once standard output has this text so many times. */
function sinkWith(text: string, times: number, then: () => void): Sink {
  return new (class extends Sink {
    override _write(chunk: Buffer, encoding: string, done: () => void): void {
      super._write(chunk, encoding, done);
      if (this.text.split(text).length > times) then();
    }
  })();
}

/** A terminal's input, which remembers how it was left. */
class Keys extends PassThrough {
  readonly modes: boolean[] = [];

  setRawMode(isRaw: boolean): this {
    this.modes.push(isRaw);
    return this;
  }
}

function viewWith(columns: Readonly<Record<string, readonly (number | null)[]>>): TopView {
  const empty = new Series().view('15m', NOW_MS, NOW_MS - 6000);
  const readings = readingsOf({ ...empty, columns: { ...empty.columns, ...columns } });
  return {
    schema: 'vili.top/1',
    at: new Date(NOW_MS).toISOString(),
    status: STATUS,
    readings,
    actors: TREE,
  };
}

describe('vili top', () => {
  it('shows traffic, both versions side by side, the verdict and the actors that are busy, within 80 columns', () => {
    const view = viewWith({
      requests_2xx: [null, 100, 120],
      requests_5xx: [0, 2, 4],
      running_p95_seconds: [0.01, 0.02, null],
      testing_p95_seconds: [null, null, 0.031],
      running_memory_bytes: [104_857_600],
      testing_cpu: [0.25],
    });
    const options = {
      columns: 80,
      colors: colorsFor({ env: {}, isTerminal: { stdin: false, stdout: false } }),
      nowMs: NOW_MS,
    };
    const lines = topText(view, options);
    for (const line of lines) expect(line.length, line).to.be.at.most(80);
    const text = lines.join('\n');
    expect(text)
      .to.contain('inventory   RUNNING 1.4.2 (6d)   TESTING 1.5.0 (11m)   collecting 41 %')
      .and.contain('verdict: hold.')
      .and.match(/\n {2}112 requests\/s, 2 5xx\/s, - mirrored\/s/)
      .and.match(/\n {15}running {2}testing {2}vili\n/)
      .and.match(/\n {2}95 % within {2}15 ms {4}31 ms\n/)
      .and.match(/\n {2}memory {7}100 MiB {2}-/)
      .and.match(/\n {2}processors +- +0\.3\b/)
      .and.match(/\n {2}deployer +HUNG {5}3 waiting {2}2 restarts {2}promote for 1m\n/)
      .and.match(/ {2}1 actor idle$/);
  });

  it('prints plain lines where nobody watches, and JSON', async () => {
    await withDaemon(async (base, handlers) => {
      for (const words of [[], ['--json']]) {
        const interrupt = new AbortController();
        const stdout = sinkWith('\n', 1, () => interrupt.abort());
        const { code, stderr } = await run(['top', ...words, '--base', base], {
          stdout,
          signal: interrupt.signal,
        });
        expect([code, stderr]).to.deep.equal([130, '']);
        expect(stdout.text).to.not.contain('\u001b');
        const [line = ''] = stdout.text.split('\n');
        if (words.length === 0) {
          expect(line).to.match(
            /^2026-01-07T00:00:00\.000Z {2}RUNNING 1\.4\.2 ready {2}TESTING .*- requests\/s/,
          );
        } else expect(JSON.parse(line)).to.include({ schema: 'vili.top/1' });
      }
      expect(handlers.calls).to.deep.include({ series: '15m', sinceMs: NOW_MS - 6000 });
    });
  });

  for (const [key, name] of [
    ['q', 'q'],
    ['\u0003', '^C'],
  ] as const) {
    it(`is drawn in place, and ended by ${name}, which gives the terminal back`, async () => {
      await withDaemon(async (base) => {
        const stdin = new Keys();
        const stdout = sinkWith('actors', 2, () => stdin.write(key));
        const io: Partial<CliIo> = {
          stdin,
          stdout,
          isTerminal: TERMINAL,
          env: { NO_COLOR: '1' },
          rows: 60,
        };
        const { code, stderr } = await run(['top', '--base', base], io);
        expect([code, stderr]).to.deep.equal([0, '']);
        expect(stdin.modes).to.deep.equal([true, false]);
        expect(stdin.listenerCount('data')).to.equal(0);
        // Up to the first line of the block, and clear from there; no colours.
        const plain = stdout.text.replaceAll('\u001b', 'ESC');
        expect(plain)
          .to.match(/\rESC\[\d+AESC\[J/)
          .and.not.match(/ESC\[\d*m/);
      });
    });
  }

  it('ends with 5 when no daemon runs', async () => {
    const { code, stderr } = await run(['top', '--base', '/nowhere']);
    expect(code).to.equal(5);
    expect(stderr).to.contain('no daemon runs here');
  }).timeout(20_000);
});
