import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ServiceStatus } from '../../lib/cli/live/each-service.ts';
import { runVili } from '../support/daemon.ts';
import { withWorld } from '../support/daemon-world.ts';

describe('vili status --all', function () {
  this.timeout(60_000);

  it('shows several services, and exits with 5 when one that ran does not respond', async () => {
    const empty = await mkdtemp(join(tmpdir(), 'vili-empty-'));
    await withWorld({}, async (one) => {
      await withWorld({}, async (other) => {
        const [first, second] = [await one.startServing(), await other.startServing()];
        // The base is given, too, by the caller; the folders count.
        const all = ['status', '--all', one.base, other.base, empty];
        const both = await runVili(one.base, all);
        expect([both.code, both.stderr]).to.deep.equal([0, '']);
        expect(both.stdout).to.equal(
          [
            `shop  ${one.base}`,
            `  port ${one.port}  RUNNING 1.0.0 ready  steady`,
            `shop  ${other.base}`,
            `  port ${other.port}  RUNNING 1.0.0 ready  steady`,
            `${empty.split('/').at(-1)}  ${empty}`,
            '  no Vili ever ran here',
            '',
          ].join('\n'),
        );

        await second.kill('SIGTERM');
        const left = await runVili(one.base, ['--json', ...all]);
        expect(left.code).to.equal(5);
        const { schema, services } = JSON.parse(left.stdout) as {
          schema: string;
          services: ServiceStatus[];
        };
        expect(schema).to.equal('vili.services/1');
        expect(services.map(({ base }) => base)).to.deep.equal([one.base, other.base, empty]);
        const [here, gone, never] = services;
        expect([here?.status?.vili.pid, here?.problem]).to.deep.equal([first.pid, null]);
        expect(gone?.status).to.equal(null);
        expect(gone?.problem).to.contain('no daemon runs here');
        expect(never).to.deep.include({ status: null, problem: null });
      });
    });
    await rm(empty, { recursive: true });
  });

  it('says what it cannot be combined with', async () => {
    for (const [words, text] of [
      [['--all'], 'name the folders: vili status --all /srv/*'],
      [['--all', '/a', '-w'], '--all shows once'],
      [['--all', '/a', '--url', 'http://127.0.0.1:1'], '--all reads folders of this host'],
      [['--all', ...Array.from({ length: 201 }, (_, at) => `/a${at}`)], '201 folders are too many'],
    ] as const) {
      const { code, stderr } = await runVili('/', ['status', ...words]);
      expect([code, stderr.includes(text)], stderr).to.deep.equal([2, true]);
    }
  });
});
