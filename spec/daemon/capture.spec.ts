import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { layoutOf } from '../../lib/base/names/layout.ts';
import type { CaptureEvent } from '../../lib/model/trace/capture.ts';
import type { TraceRecord } from '../../lib/model/trace-record.ts';
import { withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

const SECRET = 'hunter2-0123456789abcdef';

describe('What the messages in a daemon hold', function () {
  this.timeout(90_000);

  it('is captured for a while, masked, and written nowhere', async () => {
    await withWorld({ log_dir: 'logs' }, async (world) => {
      const daemon = await world.startServing();
      const events: CaptureEvent[] = [];
      const end = new AbortController();
      const capture = { capture: 'deployer', by: 'ann@host', forMs: 60_000 };
      const over = daemon.client.captureTrace(capture, (event) => events.push(event), end.signal);
      await eventually('it has begun', () => events.length > 0);
      expect(events[0]).to.deep.equal({ capturing: '/vili/deployer', forMs: 60_000 });

      const reason = `because password=${SECRET}`;
      expect((await world.vili('pause', '--yes', '--reason', reason)).code).to.equal(0);
      const payloadOf = (event: CaptureEvent): string =>
        'record' in event && event.record.type === 'act' ? (event.record.payload ?? '') : '';
      const payload = await eventually(
        'the act is there',
        () => events.map(payloadOf).find((it) => it !== '') ?? null,
      );
      expect(JSON.parse(payload)).to.have.nested.include({ type: 'act', 'act.kind': 'pause' });
      // The way of a version is written down; what its messages hold is not.
      await world.drop('1.0.1');
      await eventually('the arrival is captured', () =>
        events.some((it) => 'record' in it && it.record.type === 'arrived'),
      );
      expect(payload).to.contain('[masked]').and.not.contain(SECRET);
      end.abort();
      await over;

      // Once it is over, messages hold nothing again, and what was captured is in no file.
      await eventually('its end is in the log', async () =>
        (await readFile(`${world.base}/logs/vili.log`, 'utf8')).includes(
          'the capture of /vili/deployer by ann@host is over',
        ),
      );
      expect((await world.vili('resume', '--yes')).code).to.equal(0);
      const acts = async (): Promise<readonly TraceRecord[]> =>
        (await daemon.client.trace({ actor: '/vili/deployer', limit: 1000 })).filter(
          ({ type }) => type === 'act',
        );
      await eventually('both acts are traced', async () => (await acts()).length === 2);
      expect((await acts()).map((record) => 'payload' in record)).to.deep.equal([true, false]);
      await daemon.kill('SIGTERM');
      const { traceFile } = layoutOf(world.base, 'shop');
      const lines = (await readFile(traceFile, 'utf8')).trim().split('\n');
      const written = lines.map((line) => JSON.parse(line) as TraceRecord);
      expect(
        written.filter(({ type, to }) => type === 'arrived' && to === '/vili/deployer'),
      ).to.have.length.above(0);
      expect(written.filter((it) => it.type !== 'mark' && 'payload' in it)).to.deep.equal([]);
    });
  });

  it('ends by the command line after its time, and an unknown actor is named', async () => {
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      await daemon.client.tree();
      const first = await world.vili('trace', '--capture', 'deployer', '--limit', '2', '--json');
      expect(first.code).to.equal(0);
      expect(first.stderr)
        .to.contain('capturing the messages to /vili/deployer for 1m')
        .and.contain('captured 2, the limit');
      const records = first.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as TraceRecord);
      expect(
        records.map(({ to, payload }) => [to, payload?.startsWith('{"type":"')]),
      ).to.deep.equal([
        ['/vili/deployer', true],
        ['/vili/deployer', true],
      ]);
      const timed = await world.vili('trace', '--capture', '/vili/deployer', '--for', '1ms');
      expect([timed.code, /captured \d+$/m.test(timed.stderr)], timed.stderr).to.deep.equal([
        0,
        true,
      ]);
      for (const [words, text] of [
        [['--capture', 'deploier'], 'there is no actor "deploier" (did you mean deployer?)'],
        [['--capture', 'deployer', '--for', '11m'], 'a capture takes at most 10m'],
        [['--capture', 'deployer', '-f'], '--capture shows something else; leave out --follow'],
        [['--for', '1m'], '--for needs --capture'],
      ] as const) {
        const { code, stderr } = await world.vili('trace', ...words);
        expect([code, stderr.includes(text)], stderr).to.deep.equal([2, true]);
      }
    });
  });

  it('takes time, and what took longer than trace.slow is shown', async () => {
    await withWorld({ trace_slow: '1ms' }, async (world) => {
      await world.startServing();
      const slow = await world.vili('trace', '--slow', '--json');
      expect([slow.code, slow.stderr]).to.deep.equal([0, '']);
      const records = JSON.parse(slow.stdout) as TraceRecord[];
      expect(records.length).to.be.within(1, 128);
      for (const { handledMs } of records) expect(handledMs).to.be.at.least(1);
    });
    await withWorld({ trace_slow: '1h' }, async (world) => {
      await world.startServing();
      const none = await world.vili('trace', '--slow');
      expect([none.code, none.stdout]).to.deep.equal([0, '']);
      expect(none.stderr).to.contain('no message took longer than trace.slow');
    });
  });
});
