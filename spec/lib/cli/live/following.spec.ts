import { expect } from 'chai';
import { ConflictError } from '../../../../lib/errors.ts';
import type { HistoryEntry } from '../../../../lib/model/history.ts';
import { eventOf } from '../../../../lib/operator/views/event-view.ts';
import { HISTORY, STATUS } from '../../operator/views.ts';
import { run, Sink, withDaemon } from '../run-support.ts';

const TESTED = 'inventory-1.5.0';
const REJECTED: HistoryEntry = {
  at: '2026-01-07T00:00:00.000Z',
  event: 'rejected',
  version: TESTED,
  by: 'vili',
  reasons: ['it is slow'],
};
const TERMINAL = { stdin: true, stdout: true };

/** Standard output that ends the command once it contains `text`. */
function sinkUntil(text: string): { readonly stdout: Sink; readonly signal: AbortSignal } {
  const interrupt = new AbortController();
  const stdout = new (class extends Sink {
    override _write(chunk: Buffer, encoding: string, done: () => void): void {
      super._write(chunk, encoding, done);
      if (this.text.includes(text)) interrupt.abort();
    }
  })();
  return { stdout, signal: interrupt.signal };
}

describe('vili events', () => {
  it('prints what happened, a line each, with ids in JSON', async () => {
    await withDaemon(async (base, handlers) => {
      const { code, stdout } = await run(['events', '--base', base]);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^2026-01-01 00:00:00Z {2}started {6}inventory-1.4.2\n/);
      expect(handlers.calls).to.deep.equal([{ history: 20 }]);
      const { stdout: lines } = await run(['events', '--json', '--base', base]);
      const [first, second] = lines.trimEnd().split('\n');
      expect(JSON.parse(first ?? '')).to.deep.equal(eventOf(HISTORY[0]!));
      expect(JSON.parse(second ?? '')).to.deep.equal(eventOf(HISTORY[1]!));
    });
  });

  it('prints only what followed one event, and says where that is not known any more', async () => {
    await withDaemon(async (base) => {
      const { id } = eventOf(HISTORY[0]!);
      const later = await run(['events', '--after', id, '--base', base]);
      expect(later.stdout).to.match(/^2026-01-06 23:49:00Z {2}rejected/);
      expect(later.stderr).to.equal('');
      const lost = await run(['events', '--after', '0-000000000000', '--base', base]);
      expect(lost.stdout.split('\n')[0]).to.contain('started');
      expect(lost.stderr).to.contain('nobody knows any more what followed 0-000000000000');
      expect((await run(['events', '--after', '7', '--base', base])).code).to.equal(2);
    });
  });

  it('follows what happens until it is interrupted', async () => {
    await withDaemon(async (base, handlers) => {
      handlers.onListen = () =>
        setImmediate(() => {
          for (const send of handlers.eventListeners) send(REJECTED);
        });
      const io = sinkUntil('it is slow');
      const { code } = await run(['events', '-f', '--limit', '1', '--base', base], io);
      expect(code).to.equal(130);
      expect(io.stdout.text.match(/rejected/g)).to.have.length(2);
    });
  });
});

describe('vili wait', () => {
  it('ends with the event it waits for, and its reasons', async () => {
    await withDaemon(async (base, handlers) => {
      let status = STATUS;
      handlers.status = async () => status;
      handlers.report = async () => null;
      let past: HistoryEntry[] = [];
      handlers.history = async () => past;
      handlers.onListen = () =>
        setImmediate(() => {
          status = { ...STATUS, testing: null, verdict: null };
          past = [REJECTED];
          for (const send of handlers.eventListeners) send(REJECTED);
        });
      const argv = ['wait', '--for', 'verdict', '--version', '1.5.0', '--base', base];
      const { code, stdout, stderr } = await run(argv);
      expect(code).to.equal(3);
      expect(stdout).to.equal(`${TESTED} was rejected on 2026-01-07 00:00:00Z\n  it is slow\n`);
      expect(stderr).to.match(/^2026-01-07 00:00:00Z {2}rejected/);
      const { stdout: text } = await run([...argv, '--json']);
      expect(JSON.parse(text)).to.include({
        schema: 'vili.wait/1',
        for: 'verdict',
        version: TESTED,
        outcome: 'rejected',
        exitCode: 3,
      });
    });
  });

  it('gives up after its time with what is still needed', async () => {
    await withDaemon(async (base) => {
      const { code, stdout } = await run(['wait', '--timeout', '50ms', '--base', base]);
      expect(code).to.equal(4);
      expect(stdout.replaceAll(/\s+/g, ' ')).to.contain(
        'timed out after 50ms: inventory-1.5.0 has 41 % of the evidence; still needed: 59 more requests',
      );
    });
  });

  it('does not wait for what it is not told to, or for ever', async () => {
    expect((await run(['wait', '--for', 'luck'])).stderr).to.contain(
      'Allowed choices are verdict, promoted, ready',
    );
    for (const time of ['soon', '0s', '30', '99999999d']) {
      const { code, stderr } = await run(['wait', '--timeout', time]);
      expect([code, stderr.includes(`"${time}" must be a duration`)]).to.deep.equal([2, true]);
    }
  });

  it('names the version by --version, which asks for that of Vili everywhere else', async () => {
    await withDaemon(async (base) => {
      const argv = ['--base', base, 'wait', '--for', 'ready', '--version', '1.4.2'];
      expect((await run(argv)).stdout).to.equal('inventory-1.4.2 serves users\n');
      expect((await run(['status', '--version'])).stdout).to.equal('1.0.0\n');
      const wrong = await run(['wait', '--version', '../x', '--base', base]);
      expect([wrong.code, wrong.stderr.includes('is not a version')]).to.deep.equal([2, true]);
    });
  });

  it('exits with 5 when no daemon comes back, and with what the daemon says when it says no', async () => {
    expect((await run(['wait', '--for', 'ready'])).code).to.equal(5);
    const soon = await run(['wait', '--timeout', '50ms']);
    expect([soon.code, soon.stderr]).to.deep.equal([5, 'vili: no daemon was reached in 50ms\n']);
    await withDaemon(async (base, handlers) => {
      handlers.status = async () => {
        throw new ConflictError('not now');
      };
      const { code, stderr } = await run(['wait', '--base', base]);
      expect([code, stderr]).to.deep.equal([6, 'vili: not now\n']);
    });
  }).timeout(15_000);
});

describe('vili status -w', () => {
  it('draws again in its place on a terminal, and cuts what is higher than that', async () => {
    await withDaemon(async (base) => {
      const io = { ...sinkUntil('\u001b[4A'), isTerminal: TERMINAL, rows: 5 };
      const { code } = await run(['status', '-w', '--base', base], io);
      expect(code).to.equal(130);
      const [, first = '', second = ''] = io.stdout.text.split('\u001b[J');
      expect(first.split('\n')).to.have.length(5);
      expect(first).to.contain(' more lines\n\r\u001b[4A');
      expect(second).to.contain('TESTING 1.5.0');
    });
  });

  it('prints a line for each change elsewhere, and JSON as lines', async () => {
    await withDaemon(async (base, handlers) => {
      let calls = 0;
      handlers.status = async () => {
        calls += 1;
        return calls < 3 ? STATUS : { ...STATUS, testing: null, verdict: null, phase: 'steady' };
      };
      const io = sinkUntil('steady');
      expect((await run(['status', '-w', '--base', base], io)).code).to.equal(130);
      expect(io.stdout.text).to.equal(
        '2026-01-07T00:00:00.000Z  RUNNING 1.4.2 ready  TESTING 1.5.0 ready  hold 41 %\n' +
          '2026-01-07T00:00:00.000Z  RUNNING 1.4.2 ready  steady\n',
      );
      const json = sinkUntil('\n');
      await run(['status', '-w', '--json', '--base', base], json);
      expect(JSON.parse(json.stdout.text.split('\n')[0] ?? '')).to.include({ phase: 'steady' });
    });
  });
});
