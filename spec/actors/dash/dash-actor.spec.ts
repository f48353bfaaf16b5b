import { expect } from 'chai';
import { type DashDeps, dashActor } from '../../../actors/dash/dash-actor.ts';
import type { DashWish } from '../../../lib/operator/dash/vili-dash.ts';
import { recordingJournal, withActor } from '../../support/actor-kit.ts';
import { eventually } from '../../support/eventually.ts';

const DEPLOY: DashWish = { action: 'deploy' };

/** A dashboard by script: what is past its end is `nothing`. */
function fixture(
  registrations: readonly (string | Error)[],
  wishes: readonly (Awaited<ReturnType<DashDeps['ask']>> | Error)[] = [],
) {
  const journal = recordingJournal();
  const asked: string[] = [];
  const acts: DashWish[] = [];
  const next = <T>(script: readonly (T | Error)[], at: number, rest: T): Promise<T> => {
    const step = at < script.length ? (script[at] as T | Error) : rest;
    return step instanceof Error ? Promise.reject(step) : Promise.resolve(step);
  };
  let registered = 0;
  const deps: DashDeps = {
    register: () => next(registrations, registered++, 'last'),
    ask: (uid) => next(wishes, asked.push(uid) - 1, 'nothing' as const),
    act: (wish) => {
      acts.push(wish);
      if (acts.length > 1) return Promise.reject(new Error('no version is under test'));
      return Promise.resolve('it goes live');
    },
    intervalMs: 1,
    retryMs: 1,
    journal,
  };
  return { deps, journal, asked, acts };
}

describe('The dash actor', () => {
  it('registers until it has an id, and tells a lasting problem once', async () => {
    const away = new Error('away');
    const { deps, journal, asked } = fixture([away, away, away, '7']);
    await withActor(
      () => dashActor(deps),
      async () => {
        await eventually('it asks', () => asked.length >= 2);
        expect(asked.every((uid) => uid === '7')).to.equal(true);
        expect(journal.lines).to.deep.equal([
          'warn away',
          'notice manualcontrol: registered with the dashboard',
        ]);
      },
    );
  });

  it('does what is wanted once, and says what became of it', async () => {
    const { deps, journal, asked, acts } = fixture(['7'], ['nothing', DEPLOY, 'nothing', DEPLOY]);
    await withActor(
      () => dashActor(deps),
      async () => {
        await eventually('it goes on', () => asked.length >= 6);
        expect(acts).to.deep.equal([DEPLOY, DEPLOY]);
        expect(journal.lines.slice(1)).to.deep.equal([
          'notice manualcontrol: the dashboard wants deploy: it goes live',
          'notice manualcontrol: the dashboard wants deploy, which is not possible now: no version is under test',
        ]);
      },
    );
  });

  it('registers anew when it was forgotten, and says when the dashboard replies again', async () => {
    const away = new Error('away');
    const { deps, journal, asked } = fixture(['7', '8'], [away, away, 'forgotten']);
    await withActor(
      () => dashActor(deps),
      async () => {
        await eventually('it asks under its new id', () => asked.includes('8'));
        expect(asked.slice(0, 4)).to.deep.equal(['7', '7', '7', '8']);
        expect(journal.lines).to.deep.equal([
          'notice manualcontrol: registered with the dashboard',
          'warn away',
          'notice manualcontrol: the dashboard replies again',
          'notice manualcontrol: registered with the dashboard',
        ]);
      },
    );
  });
});
