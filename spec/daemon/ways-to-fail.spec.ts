import { mkdir, readFile, statfs, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ReleaseFaults } from '../../lib/demo/release.ts';
import type { HistoryEvent } from '../../lib/model/history.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';
import { seriesIn, valueOf } from '../support/exposition-text.ts';

const USERS_PER_SECOND = 40;
const SETTINGS = { notify_command: 'cat >> told.jsonl', readiness_timeout: '6s', probation: '1m' };
/** `vili why` says it once, in its first sentence. */
const CERTAINTY = / (?:The odds that|So far the odds that) testing is worse are .*$/;
const LIMIT_MS = 60_000;
const ITEM = 'GET /items/{id}';

interface Way {
  readonly name: string;
  readonly faults: ReleaseFaults;
  readonly rule: RegExp;
}

const REJECTED: readonly Way[] = [
  {
    name: 'is never ready',
    faults: { hang: 'all' },
    rule: /it was not ready within 6 s|not ready/,
  },
  { name: 'exits at its start', faults: { exitAtStart: 3 }, rule: /exited with code 3/ },
  {
    name: 'responds with 500',
    faults: { errors: { endpoint: ITEM, share: 0.5 } },
    rule: /^GET \/items\/\{id\}: testing responded 500/,
  },
  {
    name: 'has another type in a field',
    faults: { changedType: { endpoint: ITEM, field: 'price' } },
    rule: /^GET \/items\/\{id\}: \$\.price changed from number to string/,
  },
  {
    name: 'is slow on an endpoint',
    faults: { slow: { endpoint: ITEM, ms: 400 } },
    rule: /^(?:GET \/items\/\{id\}|over all endpoints).*(?:longer|slow)/,
  },
  {
    name: 'logs a new error',
    faults: { errorLogs: { share: 0.5, message: 'no such table: prices' } },
    rule: /no such table: prices|ERROR/,
  },
];

describe('Whatever fails has the same reason on every surface', function () {
  this.timeout(240_000);

  describe('of a version that', () => {
    let world: DaemonWorld;
    let daemon: Daemon;

    before(async () => {
      world = await DaemonWorld.create(SETTINGS);
      daemon = await world.startServing();
      world.users(USERS_PER_SECOND);
    });
    after(() => world.end());

    for (const [index, { name, faults, rule }] of REJECTED.entries()) {
      it(name, async () => {
        const version = `1.1.${index}`;
        await world.drop(version, faults);
        await toldOf(world, daemon, { event: 'rejected', version, rule, next: 'vili why' });
      });
    }

    it('needs java where there is none', async () => {
      const bin = join(world.base, 'bin');
      await mkdir(bin);
      for (const command of ['sh', 'cat', 'flock', 'taskset', 'node'])
        await symlink(`/usr/bin/${command}`, join(bin, command)).catch(() => undefined);
      await daemon.kill('SIGTERM');
      daemon = world.start({ environment: { PATH: bin } });
      await daemon.serving('shop-1.0.0');
      await world.arrive('shop-1.2.0.jar', emptyZip());
      const rule = /java/;
      await toldOf(world, daemon, { event: 'delayed', version: '1.2.0', rule, next: 'vili' });
    });

    it('comes while the disk is nearly full', async function () {
      const { bavail, blocks } = await statfs(world.base);
      // The disk is as it is: only the limit can be moved, to 90 % at most.
      if (bavail / blocks > 0.89) this.skip();
      await world.configure({ ...SETTINGS, disk_min_free: '90%' });
      expect((await world.vili('reload')).code).to.equal(0);
      await eventually('the disk is short', () =>
        daemon.output.includes('less than disk.min_free'),
      );
      await world.drop('1.3.0');
      const rule = /less than disk\.min_free 90 %/;
      await toldOf(world, daemon, { event: 'refused', version: '1.3.0', rule, next: 'vili' });
    });

    it('turns bad after its promotion', async () => {
      // Else Vili may promote it before the command does.
      await world.configure({ ...SETTINGS, verdict_mode: 'manual' });
      expect((await world.vili('reload')).code).to.equal(0);
      const errors = { endpoint: ITEM, share: 1 };
      await world.drop('1.4.0', { asRunning: { afterMs: 3000, faults: { errors } } });
      await daemon.testing('shop-1.4.0');
      expect((await world.vili('promote', '--yes')).code).to.equal(0);
      const rule = /^GET \/items\/\{id\}: /;
      await toldOf(world, daemon, {
        event: 'rolled-back',
        version: '1.4.0',
        rule,
        next: 'vili why',
      });
    });
  });

  it('has a wrong setting: start, check and reload say the same', async () => {
    await withWorld({ verdict_margin: 'a lot' }, async (world) => {
      const daemon = world.start();
      expect((await daemon.exit()).code).to.equal(2);
      const problem = /"a lot" is not .*/.exec(daemon.output)?.[0] ?? 'none was told';
      const checked = await world.vili('check');
      expect(checked.code).to.equal(2);
      expect(checked.stdout + checked.stderr).to.contain(problem);
      await world.configure({});
      await world.startServing();
      await world.configure({ verdict_margin: 'a lot' });
      const reloaded = await world.vili('reload');
      expect(reloaded.code).to.equal(2);
      expect(reloaded.stdout + reloaded.stderr).to.contain(problem);
    });
  });

  it('wants a port that is taken: start and check say the same', async () => {
    await withWorld({}, async (holder) => {
      await holder.startServing();
      await withWorld({ port: String(holder.port) }, async (world) => {
        await world.drop('1.0.0');
        const daemon = world.start();
        expect((await daemon.exit()).code).to.not.equal(0);
        const problem = /pid \d+ \(.+\) listens there/.exec(daemon.output)?.[0] ?? 'none was told';
        const checked = await world.vili('check');
        expect(checked.code).to.not.equal(0);
        expect(checked.stdout).to.contain(problem).and.contain(`127.0.0.1:${holder.port}`);
        expect(daemon.output).to.contain(`127.0.0.1:${holder.port}`);
      });
    });
  });
});

interface Expected {
  readonly event: HistoryEvent;
  readonly version: string;
  readonly rule: RegExp;
  /** The beginning of the next command. */
  readonly next: string;
}

interface Told {
  readonly subject: string;
  readonly data: {
    readonly event: string;
    readonly text: string;
    readonly next: string | null;
    readonly reasons: readonly { readonly text: string }[];
  };
}

/** History, API, command line, notification and metrics have the same event with the same words. */
async function toldOf(world: DaemonWorld, daemon: Daemon, expected: Expected): Promise<void> {
  const { event, version, rule, next } = expected;
  const entry = await daemon.recorded(event, `shop-${version}`, LIMIT_MS);
  const [reason = ''] = entry.reasons;
  expect(reason).to.match(rule);
  const why = await world.vili('why', version);
  expect(plain(why.stdout)).to.contain(plain(reason.replace(CERTAINTY, '')));
  const history = await world.vili('history');
  expect(plain(history.stdout)).to.contain(plain(reason));
  const told = await eventually('people are told', () => toldAs(world, event, `shop-${version}`));
  expect(told.data.reasons.map(({ text }) => text)).to.deep.equal(entry.reasons);
  expect(told.data.next).to.match(new RegExp(`^${next}`));
  const metrics = seriesIn(await daemon.client.metrics());
  expect(valueOf(metrics, 'vili_history_events_total', { event })).to.be.at.least(1);
}

async function toldAs(world: DaemonWorld, event: string, subject: string): Promise<Told | false> {
  const lines = (await readFile(join(world.base, 'told.jsonl'), 'utf8')).trim().split('\n');
  const all = lines.map((line) => JSON.parse(line) as Told);
  return all.find((one) => one.subject === subject && one.data.event === event) ?? false;
}

/** Without the breaks of lines that a terminal needs, which go through the words of a long path, too. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, '');
}

/** A zip without entries: a complete file, as far as its arrival goes. */
function emptyZip(): string {
  return `PK\u0005\u0006${'\0'.repeat(18)}`;
}
