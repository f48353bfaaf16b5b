import { createServer } from 'node:net';
import { expect } from 'chai';
import { colorsFor } from '../../lib/cli/text/colors.ts';
import { statusText } from '../../lib/cli/text/status.ts';
import type { StatusView } from '../../lib/operator/views/status-view.ts';
import { STATUS } from '../lib/operator/views.ts';
import { withWorld } from '../support/daemon-world.ts';
import { freePort } from '../support/ports.ts';

const NOW_MS = Date.UTC(2026, 0, 7);
const OPTIONS = {
  columns: 80,
  colors: colorsFor({ env: { NO_COLOR: '1' }, isTerminal: { stdin: false, stdout: false } }),
  nowMs: NOW_MS,
};

/** Serves on a port of its own choice, whatever PORT says. */
function deafTo(port: number): string {
  return `require('node:http').createServer((_, response) => response.end('{}')).listen(${port});`;
}

describe('Issue 14, 4.3: the reason stands where one looks for it', () => {
  it('is in the status of a servlet in backoff, with the next try', async function () {
    this.timeout(60_000);
    await withWorld(
      { restart_backoff_min: '20s', restart_backoff_max: '30s', restart_reset_after: '60s' },
      async (world) => {
        await world.drop('1.0.0', { exitAtStart: 3 });
        const daemon = world.start();
        const { running } = await daemon.until(
          'running is in backoff',
          (status) => status.running?.state === 'backoff' && status.running.nextTryAt !== null,
        );
        expect(running?.problem).to.contain('3');
        const { stdout } = await world.vili('status');
        expect(stdout).to.match(/RUNNING 1\.0\.0 \(backoff\)/);
        expect(stdout.replaceAll(/\s+/g, ' ')).to.match(
          /running does not serve: .*code 3.*; next try in \d+s/,
        );
      },
    );
  });

  it('is not repeated for a servlet that serves', () => {
    expect(statusText(STATUS, OPTIONS).join('\n')).to.not.contain('does not serve');
  });

  it('is in the status while the disk is short', () => {
    const low: StatusView = { ...STATUS, disk: { ...STATUS.disk, freeShare: 0.031 } };
    expect(statusText(low, OPTIONS).join('\n')).to.contain(
      'disk     3.1 % free, less than disk.min_free 5 %',
    );
    for (const freeShare of [null, 0.05, 1]) {
      const text = statusText({ ...STATUS, disk: { ...STATUS.disk, freeShare } }, OPTIONS);
      expect(text.join('\n')).to.not.contain('disk ');
    }
  });

  it('is in the status while something cannot be written, and how much the base takes', () => {
    const since = new Date(0).toISOString();
    const failing = [{ what: 'the state', problem: 'ENOSPC: no space left', since, failures: 12 }];
    const full: StatusView = { ...STATUS, disk: { ...STATUS.disk, baseBytes: 2 ** 20, failing } };
    const text = statusText(full, OPTIONS).join(' ').replaceAll(/\s+/g, ' ');
    expect(text).to.contain(
      'disk the state cannot be written, 12 times: ENOSPC: no space left; it is tried again by itself',
    );
    expect(text).to.match(/base \S+ \(1 MiB\)/);
  });

  it('says which port serves and where the log is, once the log is in files', async function () {
    this.timeout(60_000);
    await withWorld({ log_dir: 'logs_vili' }, async (world) => {
      const daemon = await world.startServing();
      await daemon.until('it is said', () => daemon.output !== '');
      expect(daemon.output).to.equal(
        `Vili serves port ${world.port}; its log: ${world.base}/logs_vili/vili.log\n`,
      );
    });
  });

  it('names who holds the port', async function () {
    this.timeout(60_000);
    await withWorld({}, async (world) => {
      const holder = createServer().listen(world.port, '127.0.0.1');
      try {
        await world.drop('1.0.0');
        const daemon = world.start();
        expect((await daemon.exit()).code).to.equal(2);
        expect(daemon.output).to.contain('EADDRINUSE');
        expect(daemon.output).to.match(new RegExp(`; pid ${process.pid} \\(.+\\) listens there`));
        const { stdout } = await world.vili('check');
        expect(stdout).to.contain(`pid ${process.pid} (`);
      } finally {
        holder.close();
      }
    });
  });

  it('names the port on which a version listens instead of its own', async function () {
    this.timeout(60_000);
    const wrong = await freePort();
    const settings = { readiness_timeout: '5s', restart_testing_max: '1' };
    await withWorld(settings, async (world) => {
      const daemon = await world.startServing();
      await world.arrive('shop-1.0.1.cjs', deafTo(wrong));
      const { reasons } = await daemon.recorded('rejected', 'shop-1.0.1');
      expect(reasons[0]).to.match(new RegExp(`; pid \\d+ listens on ${wrong} instead of \\d+`));
      await world.arrive('shop-1.0.2.cjs', 'setInterval(() => {}, 1000)');
      const mute = await daemon.recorded('rejected', 'shop-1.0.2');
      expect(mute.reasons[0]).to.match(/; pid \d+ listens on no port at all/);
    });
  });
});
