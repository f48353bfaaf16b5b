import { spawn } from 'node:child_process';
import { expect } from 'chai';
import type { EventView } from '../../lib/operator/views/event-view.ts';
import { type Answer, MAIN, runVili } from '../support/daemon.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

const LIMIT_MS = 60_000;

/** As a pipeline does: right after the file was dropped. */
function wait(world: DaemonWorld, ...words: readonly string[]): Promise<Answer> {
  return runVili(world.base, ['wait', ...words, '--timeout', '3m'], { limitMs: LIMIT_MS });
}

describe('A pipeline that waits for a daemon', function () {
  this.timeout(120_000);

  it('learns by exit codes what became of a version', async () => {
    await withWorld({ probation: '1s' }, async (world) => {
      await world.drop('1.0.0');
      const daemon = world.start();
      expect((await wait(world, '--for', 'ready')).code).to.equal(0);

      await world.drop('1.0.1');
      const waits = [
        wait(world, '--for', 'promoted', '--version', '1.0.1'),
        wait(world, '--for', 'verdict', '--version', 'shop-1.0.1', '--json'),
      ];
      await daemon.testing('shop-1.0.1');
      expect((await world.vili('promote', '--yes')).code).to.equal(0);
      const [promoted, verdict] = await Promise.all(waits);
      expect([promoted?.code, promoted?.stdout]).to.deep.equal([0, 'shop-1.0.1 serves users\n']);
      expect(verdict?.code).to.equal(0);
      expect(JSON.parse(verdict?.stdout ?? '')).to.include({ version: 'shop-1.0.1', exitCode: 0 });

      const next = wait(world);
      await world.drop('1.1.0');
      await daemon.testing('shop-1.1.0');
      await world.vili('reject', '--yes', '--reason', 'it is ugly');
      const rejected = await next;
      expect(rejected.code).to.equal(3);
      expect(rejected.stdout).to.match(
        /^shop-1.1.0 was rejected on .*\n +.* asked for it: it is ugly/,
      );

      await world.drop('1.0.0-SNAPSHOT');
      expect((await wait(world, '--version', '1.0.0-SNAPSHOT')).code).to.equal(6);

      const late = await world.vili('wait', '--version', '9.0', '--timeout', '1s');
      expect(late).to.include({ code: 4, stdout: 'timed out after 1s: shop-9.0 did not arrive\n' });

      const gone = wait(world, '--version', '9.0');
      await daemon.kill();
      const { code, stderr } = await gone;
      expect([code, stderr]).to.deep.equal([5, stderr]);
      expect(stderr).to.contain('no daemon runs here');
    });
  });

  it('follows events over a restart of the daemon, and misses none', async () => {
    await withWorld({}, async (world) => {
      const first = await world.startServing();
      const child = spawn(
        process.execPath,
        [MAIN, 'events', '-f', '--json', '--limit', '1', '--base', world.base],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
      const events = (): EventView[] =>
        text
          .split('\n')
          .filter((line) => line.endsWith('}'))
          .map((line) => JSON.parse(line) as EventView);
      try {
        await eventually('the past', () => events().length > 0);
        await world.drop('1.0.1');
        await first.testing('shop-1.0.1');
        await first.kill();
        const second = world.start();
        await second.serving('shop-1.0.0');
        await world.vili('reject', '--yes', '--reason', 'because');
        await eventually('the rejection', () => events().some((it) => it.event === 'rejected'));
        const told = events();
        const { id } = told[0] ?? {};
        const all = JSON.parse(`[${(await after(world, id)).join(',')}]`) as EventView[];
        expect(told.slice(1).map((it) => it.id)).to.deep.equal(all.map((it) => it.id));
      } finally {
        child.kill();
      }
    });
  });
});

// Private

async function after(world: DaemonWorld, id = ''): Promise<readonly string[]> {
  const { stdout } = await world.vili('events', '--json', '--after', id);
  return stdout.trimEnd().split('\n');
}
