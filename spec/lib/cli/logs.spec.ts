import { expect } from 'chai';
import { LOG_LINES } from '../operator/views.ts';
import { run, withDaemon } from './run-support.ts';

describe('vili logs', () => {
  it('prints what JSON lines say, other lines as they are, and nothing that steers a terminal', async () => {
    await withDaemon(async (base) => {
      const { code, stdout, stderr } = await run(['logs', '--base', base]);
      expect(code).to.equal(0);
      expect(stdout).to.equal(
        '2026-01-06T23:49:00.000Z  ERROR    no[2J stock\n    Error: no stock\n        at sell (shop.js:7)\nlistening\n',
      );
      expect(stderr).to.equal(
        '--- inventory-1.4.2 1_running: /srv/inventory/inventory-1.4.2/1_running/logs/json/inventory.log\n' +
          'only the end of the log was searched\n',
      );
    });
  });

  it('asks for a level and a time, and hands over JSON', async () => {
    await withDaemon(async (base, handlers) => {
      const flags = ['--level', 'warn', '--since', '10m', '--limit', '7', '--json'];
      const { stdout } = await run(['logs', 'testing', ...flags, '--base', base]);
      expect(JSON.parse(stdout)).to.deep.include({ schema: 'vili.logs/1', lines: LOG_LINES });
      const sinceMs = Date.UTC(2026, 0, 6, 23, 50);
      expect(handlers.calls).to.deep.equal([
        { logs: 'testing', wanted: { level: 'warn', sinceMs, requestId: undefined, limit: 7 } },
      ]);
    });
  });

  it('follows until it is interrupted', async () => {
    await withDaemon(async (base, handlers) => {
      const interrupt = new AbortController();
      handlers.onListen = () => setTimeout(() => interrupt.abort(), 50);
      const argv = ['logs', 'vili', '-f', '--base', base];
      const { code, stdout, stderr } = await run(argv, { signal: interrupt.signal });
      expect(code).to.equal(130);
      expect(stdout).to.contain('listening');
      expect(stderr).to.contain('4 KiB came too fast and are left out');
    });
  });

  for (const [words, message] of [
    [['previous'], 'Allowed choices are running, testing, vili'],
    [['--level', 'loud'], 'Allowed choices are trace, debug'],
    [['--since', 'soon'], '--since is "soon", it must be such as 10m'],
  ] as const) {
    it(`exits with 2 for ${words.join(' ')}`, async () => {
      const { code, stderr } = await run(['logs', ...words]);
      expect([code, stderr.includes(message)]).to.deep.equal([2, true]);
    });
  }
});
