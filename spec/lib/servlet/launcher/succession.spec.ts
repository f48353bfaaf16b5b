import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { codeOf } from '../../../../lib/errors.ts';
import { ServletLauncher } from '../../../../lib/servlet/launcher/launcher.ts';
import { isAlive } from '../../../../lib/servlet/process/identity.ts';
import type { Servlet } from '../../../../lib/servlet/process/registry.ts';
import { tagPrefixOf } from '../../../../lib/servlet/process/tag.ts';
import { eventually } from '../../../support/eventually.ts';
import { failureOf } from '../../../support/failure.ts';
import { makeInstance, scanByTag, spawnOptions } from '../../../support/servlets.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const TERM = { signal: 'SIGTERM', timeoutMs: 3000 } as const;
const SLEEPER = ['sleep', '1000'];
/** A launcher that nobody claims is there for 10 s. */
const UNCLAIMED_MS = 10_000;

describe('a launcher that is passed on', function () {
  this.timeout(60_000);

  it('obeys the next Vili, which has its servlets, and ends with that', () =>
    withTwo(async ({ old, next, spawn, problems }) => {
      const [first, second] = [await spawn(old, '1_running'), await spawn(old, '2_test')];
      const passed = await old.pass();
      if (passed === null) throw new Error('there is a launcher');
      const claimed = await next.claim(passed);
      expect(claimed.map(({ id, pid }) => `${id} ${pid}`)).to.have.members(
        [first, second].map(({ id, pid }) => `${id} ${pid}`),
      );
      old.letGo();
      expect(next.pid).to.equal(passed.pid);
      const taken = claimed.find(({ id }) => id === first.id);
      expect((await taken?.stop(TERM))?.exit).to.include({ signal: 'SIGTERM' });
      const third = await spawn(next, '3_test');
      expect(third.identity()).to.include({ pid: third.pid });
      expect([...(await next.usages()).keys()]).to.have.members([second.id, third.id]);
      await next.close();
      await eventually('all have ended', () => [second, third].every((it) => isGone(it)));
      expect(problems).to.deep.equal([]);
    }));

  it('can be passed on again by the Vili that claimed it', () =>
    withTwo(async ({ old, next, more, spawn }) => {
      const servlet = await spawn(old, '1_running');
      await passOn(old, next);
      await passOn(next, more);
      expect(isGone(servlet)).to.equal(false);
      expect((await more.usages()).has(servlet.id)).to.equal(true);
    }));

  it('returns to the old Vili with all that happened, and without what the next one began', () =>
    withTwo(async ({ old, next, spawn }) => {
      const [kept, dying] = [await spawn(old, '1_running'), await spawn(old, '2_test')];
      const passed = await old.pass();
      if (passed === null) throw new Error('there is a launcher');
      await next.claim(passed);
      const begun = await spawn(next, '3_test');
      process.kill(dying.pid, 'SIGKILL');
      await eventually('it has ended', () => isGone(dying));
      // The next Vili crashes: its channel ends.
      next.letGo();
      old.keep();
      expect(await dying.exited).to.include({ signal: 'SIGKILL' });
      await eventually('what nobody knows has ended', () => isGone(begun));
      expect(isGone(kept)).to.equal(false);
      expect((await spawn(old, '4_test')).id).to.equal('app-1.0.0/4_test');
      expect((await kept.stop(TERM)).exit).to.include({ signal: 'SIGTERM' });
    }));

  it('lets in nobody without the token, or of another protocol', () =>
    withTwo(async ({ old, next, spawn }) => {
      await spawn(old, '1_running');
      const passed = await old.pass();
      if (passed === null) throw new Error('there is a launcher');
      const { door } = passed;
      for (const said of [
        '{"type":"claim","protocol":1,"token":"wrong"}\n',
        '{"type":"stop","call":1,"options":{"signal":"SIGKILL","timeoutMs":0}}\n',
        'null\n',
        'not a message\n',
      ]) {
        const socket = connect(`\0${door.name}`);
        socket.write(said);
        socket.resume();
        await once(socket, 'close');
      }
      const wrong = { ...passed, door: { ...door, token: door.token.replace(/./g, 'f') } };
      expect(codeOf(await failureOf(next.claim(wrong)))).to.equal('VILI_KEEPER_LOST');
      const other = connect(`\0${door.name}`);
      other.write(`${JSON.stringify({ type: 'claim', protocol: 99, token: door.token })}\n`);
      const [reply] = (await once(other, 'data')) as [Buffer];
      expect(String(reply)).to.contain('the launcher speaks protocol 1, the new Vili 99');
      other.destroy();
      old.keep();
      expect((await spawn(old, '2_test')).id).to.equal('app-1.0.0/2_test');
    }));

  it('ends its servlets when nobody claims it within 10 s of the end of the old Vili', () =>
    withTwo(async ({ old, spawn }) => {
      const servlet = await spawn(old, '1_running');
      await old.pass();
      const beganMs = performance.now();
      old.letGo();
      await eventually('it has ended', () => isGone(servlet), 3 * UNCLAIMED_MS);
      expect(performance.now() - beganMs).to.be.above(UNCLAIMED_MS / 2);
    }));
});

// Private

interface Scene {
  readonly old: ServletLauncher;
  readonly next: ServletLauncher;
  readonly more: ServletLauncher;
  readonly problems: readonly string[];
  readonly spawn: (launcher: ServletLauncher, name: string) => Promise<Servlet>;
}

/** Launchers of Vilis that follow each other; all that they started is gone afterwards. */
async function withTwo(use: (scene: Scene) => Promise<void>): Promise<void> {
  await withTempFolder(async (base) => {
    const problems: string[] = [];
    const make = (): ServletLauncher =>
      new ServletLauncher({
        now: Date.now,
        onProblem: (text) => problems.push(text),
        maskText: (text) => text,
      });
    const [old, next, more] = [make(), make(), make()];
    const spawn = (launcher: ServletLauncher, name: string): Promise<Servlet> =>
      launcher.spawn(spawnOptions(base, SLEEPER, makeInstance(base, `app-1.0.0/${name}`)));
    old.open();
    try {
      await use({ old, next, more, problems, spawn });
    } finally {
      await Promise.all([old, next, more].map((launcher) => launcher.close()));
      await eventually('nothing is left', async () => {
        const left = await scanByTag(tagPrefixOf(base));
        return left.length === 0;
      });
    }
  });
}

async function passOn(from: ServletLauncher, to: ServletLauncher): Promise<void> {
  const passed = await from.pass();
  if (passed === null) throw new Error('there is a launcher');
  await to.claim(passed);
  from.letGo();
}

function isGone(servlet: Servlet): boolean {
  const identity = servlet.identity();
  return identity === null || !isAlive(identity);
}
