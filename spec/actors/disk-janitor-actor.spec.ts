import { expect } from 'chai';
import { type DiskJanitorDeps, diskJanitorActor } from '../../actors/disk-janitor-actor.ts';
import type { DeployerMessage } from '../../actors/messages.ts';
import { deferred, inbox, recordingJournal, withActor } from '../support/actor-kit.ts';
import { eventually } from '../support/eventually.ts';

const NEVER_MS = 2_000_000;

describe('The disk janitor', () => {
  it('cleans up at every interval and notes each archive it deleted', async () => {
    const { deps, deployer } = fixture();
    const clean = () => Promise.resolve({ deleted: ['shop-1'], warning: null });
    await withActor(
      () => diskJanitorActor({ ...deps, intervalMs: 2, clean }),
      async () => {
        await eventually('two rounds', () => deployer.messages.length >= 2);
        const text = 'its archive made room for newer ones';
        const note = { type: 'note', event: 'deleted', version: 'shop-1', text };
        expect(deployer.messages[0]).to.deep.equal(note);
      },
    );
  });

  it('begins no second clean-up while one is in progress', async () => {
    const { deps, journal } = fixture();
    const { promise, resolve } = deferred<{ deleted: string[]; warning: string }>();
    let calls = 0;
    const clean = () => {
      calls += 1;
      return promise;
    };
    await withActor(
      () => diskJanitorActor({ ...deps, clean }),
      async ({ actor }) => {
        for (let i = 0; i < 3; i++) actor.tell({ type: 'tick' });
        resolve({ deleted: [], warning: 'done' });
        await eventually('it is done', () => journal.lines.length === 1);
        expect(calls).to.equal(1);
        actor.tell({ type: 'tick' });
        await eventually('the next one begins', () => calls === 2);
      },
    );
  });

  it('logs a warning once while it lasts, whatever the number, and that it is over', async () => {
    const { deps, journal } = fixture();
    const warnings = ['4 % free', '3 % free', null, '4 % free', '3 % free'];
    let round = 0;
    const clean = () => Promise.resolve({ deleted: [], warning: warnings[round++] ?? null });
    await withActor(
      () => diskJanitorActor({ ...deps, clean }),
      async ({ actor }) => {
        for (let i = 1; i <= warnings.length; i++) {
          actor.tell({ type: 'tick' });
          await eventually(`round ${i}`, () => round === i);
          actor.tell({ type: 'capped', problem: null });
        }
        await eventually('all warnings', () => journal.lines.length === 3);
        expect(journal.lines).to.deep.equal([
          'warn 4 % free',
          'notice the disk has at least disk.min_free again',
          'warn 4 % free',
        ]);
      },
    );
  });

  it('logs a failed clean-up and tries again', async () => {
    const { deps, journal } = fixture();
    let calls = 0;
    const clean = () => {
      calls += 1;
      return Promise.reject(new Error('EIO'));
    };
    await withActor(
      () => diskJanitorActor({ ...deps, intervalMs: 2, clean }),
      async () => {
        await eventually('a second attempt', () => calls >= 2);
        expect(journal.lines).to.include('error cleaning up failed');
      },
    );
  });

  it('cuts the output of servlets, one round at a time, and logs a failure', async () => {
    const { deps, journal } = fixture();
    const first = deferred<void>();
    let calls = 0;
    const cap = () => {
      calls += 1;
      return calls === 1 ? first.promise : Promise.resolve();
    };
    await withActor(
      () => diskJanitorActor({ ...deps, cap }),
      async ({ actor }) => {
        actor.tell({ type: 'cap' });
        actor.tell({ type: 'cap' });
        await eventually('a round has begun', () => calls === 1);
        first.reject(new Error('EBADF'));
        await eventually('the failure is logged', () => journal.lines.length === 1);
        expect(calls).to.equal(1);
        expect(journal.lines[0]).to.equal('warn the output of a servlet could not be cut: EBADF');
        actor.tell({ type: 'cap' });
        await eventually('the next round', () => calls === 2);
      },
    );
  });

  it('tells the deployer of a short disk and of room again, and cleans up at once', async () => {
    const { deps, deployer } = fixture();
    const problems = ['2 % free', '1 % free', null, null];
    let calls = 0;
    let round = 0;
    const clean = () => {
      calls += 1;
      return Promise.resolve({ deleted: [], warning: null });
    };
    const look = () => Promise.resolve(problems[round++] ?? null);
    await withActor(
      () => diskJanitorActor({ ...deps, clean, look }),
      async ({ actor }) => {
        for (let i = 1; i <= problems.length; i++) {
          actor.tell({ type: 'look' });
          await eventually(`look ${i}`, () => round === i);
          await eventually(`cleaned ${i}`, () => calls === (i < 3 ? 1 : 2));
        }
        expect(deployer.messages).to.deep.equal([
          { type: 'disk', problem: '2 % free' },
          { type: 'disk', problem: null },
        ]);
        actor.tell({ type: 'tick' });
        await eventually('it is told again', () => deployer.messages.length === 3);
      },
    );
  });

  it('cleans up again and again while the disk stays short', async () => {
    const { deps } = fixture();
    let calls = 0;
    const clean = () => {
      calls += 1;
      return Promise.resolve({ deleted: [], warning: null });
    };
    const look = () => Promise.resolve('0 % free');
    await withActor(
      () => diskJanitorActor({ ...deps, clean, look, lookIntervalMs: 2 }),
      async () => {
        await eventually('three rounds', () => calls >= 3);
      },
    );
  });

  it('goes on at its intervals after a restart', async () => {
    const { deps } = fixture();
    let calls = 0;
    const cap = () => {
      calls += 1;
      return Promise.resolve();
    };
    await withActor(
      () => diskJanitorActor({ ...deps, capIntervalMs: 2, cap }),
      async (stage) => {
        await eventually('the first round', () => calls > 0);
        await stage.crash();
        const before = calls;
        await eventually('another round', () => calls > before);
      },
    );
  });
});

// Private

function fixture() {
  const deployer = inbox<DeployerMessage>('/vili/deployer');
  const journal = recordingJournal();
  const deps: DiskJanitorDeps = {
    intervalMs: NEVER_MS,
    clean: () => Promise.resolve({ deleted: [], warning: null }),
    lookIntervalMs: NEVER_MS,
    look: () => Promise.resolve(null),
    capIntervalMs: NEVER_MS,
    cap: () => Promise.resolve(),
    deployer,
    journal,
  };
  return { deps, deployer, journal };
}
