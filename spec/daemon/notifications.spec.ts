import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { DaemonWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

interface Told {
  readonly type: string;
  readonly subject: string;
  readonly data: { readonly reasons: readonly { readonly text: string }[]; readonly next: string };
}

describe('People who are notified by a command', function () {
  this.timeout(60_000);
  let world: DaemonWorld;

  before(async () => {
    world = await DaemonWorld.create({ notify_command: 'cat >> told.jsonl' });
  });
  after(() => world.end());

  it('are told of each event once, with the reasons and the words of the history', async () => {
    const daemon = await world.startServing();
    world.users(60);
    await world.drop('1.1.0', { errors: { endpoint: 'GET /items/{id}', share: 1 } });
    const entry = await daemon.recorded('rejected', 'shop-1.1.0', 40_000);
    const file = join(world.base, 'told.jsonl');
    const told = await eventually('the rejection is told', async () => {
      const lines = (await readFile(file, 'utf8')).trim().split('\n');
      const events = lines.map((line) => JSON.parse(line) as Told);
      return events.at(-1)?.type === 'vili.rejected' && events;
    });
    expect(told.map(({ type, subject }) => `${type} ${subject}`)).to.deep.equal([
      'vili.starting undefined',
      'vili.started shop-1.0.0',
      'vili.testing shop-1.1.0',
      'vili.rejected shop-1.1.0',
    ]);
    const { data } = told.at(-1) as Told;
    expect(data.reasons.map(({ text }) => text)).to.deep.equal(entry.reasons);
    expect(data.next).to.equal('vili why shop-1.1.0');
  });

  it('can be tried without the daemon, each channel by itself', async () => {
    const tried = await world.vili('notify', '--test');
    expect(tried).to.include({ code: 0, stdout: 'sent     command\n' });
    const failing = await world.vili(
      'notify',
      '--test',
      '--set',
      'webhook.url=http://127.0.0.1:1/',
    );
    expect(failing.code).to.equal(1);
    expect(failing.stdout).to.match(
      /^FAILED {3}webhook: the webhook cannot be reached: .*\nsent {5}command\n$/,
    );
    const nobody = await world.vili('notify', '--test', '--set', 'notify.command=');
    expect(nobody.code).to.equal(2);
    expect(nobody.stdout).to.contain('nobody is notified: set slack.webhook');
  });
});
