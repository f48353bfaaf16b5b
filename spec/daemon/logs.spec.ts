import { spawn } from 'node:child_process';
import { expect } from 'chai';
import type { LogsView } from '../../lib/operator/views/log-view.ts';
import { MAIN } from '../support/daemon.ts';
import { withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

const FAULTS = { errorLogs: { share: 1, message: 'no stock for password=hunter2' } };

describe('The logs of a daemon', function () {
  this.timeout(120_000);

  it('are shown without secrets, and followed into the next process', async () => {
    await withWorld({ log_dir: 'logs_vili', hold_max: '30s' }, async (world) => {
      const daemon = await world.startServing({}, FAULTS);
      const users = world.users(10);
      const logged = async (...words: readonly string[]): Promise<LogsView> => {
        const { code, stdout, stderr } = await world.vili('logs', ...words, '--json');
        expect([code, stderr]).to.deep.equal([0, '']);
        return JSON.parse(stdout) as LogsView;
      };
      const errors = await eventually('an error', async () => {
        const view = await logged('running', '--level', 'error', '--since', '1h');
        return view.lines.length > 0 && view;
      });
      expect(errors.source).to.include({ version: 'shop-1.0.0', instance: '1_running' });
      expect(errors.lines.every(({ level }) => level === 'error')).to.equal(true);
      expect(errors.lines[0]?.message).to.match(/no stock for password=/);
      expect(JSON.stringify(errors)).to.not.contain('hunter2');

      const child = spawn(process.execPath, [MAIN, 'logs', '-f', '--base', world.base], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let [text, talk] = ['', ''];
      child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more));
      child.stderr.setEncoding('utf8').on('data', (more: string) => (talk += more));
      try {
        await eventually('lines', () => text.includes('ERROR'));
        await world.vili('restart', 'running', '--yes');
        await eventually('the next process', () => talk.includes('shop-1.0.0 2_running'));
        const before = text.length;
        await eventually('its lines', () => text.length > before + 500);
        expect(text).to.not.contain('hunter2');
      } finally {
        child.kill();
      }
      await users.stop();
      const own = await logged('vili', '--limit', '5');
      expect(own.lines.map(({ message }) => message).join()).to.contain('restart');
      const none = await world.vili('logs', 'testing');
      expect([none.code, none.stderr]).to.deep.equal([6, 'vili: no version is under test\n']);
      await daemon.serving('shop-1.0.0');
    });
  });
});
