import { expect } from 'chai';
import { type AdminDeps, adminActor } from '../../actors/admin-actor.ts';
import { recordingJournal, withActor } from '../support/actor-kit.ts';
import { eventually } from '../support/eventually.ts';

describe('The admin actor', () => {
  it('tries an address that is taken again, says so once, and goes on without it', async () => {
    const { deps, journal, log } = fixture(3);
    await withActor(
      () => adminActor(deps),
      () => eventually('it listens', () => log.includes('listen')).then(() => undefined),
    );
    expect(log).to.deep.equal(['failed', 'failed', 'failed', 'listen', 'close']);
    const warnings = journal.lines.filter((line) => line.startsWith('warn'));
    expect(warnings).to.deep.equal(['warn EADDRINUSE; tried again every 1 ms']);
  });

  it('logs what the server reports', async () => {
    const { deps, journal, report } = fixture(0);
    await withActor(
      () => adminActor(deps),
      async () => {
        report('request GET failed: boom');
        await eventually('it is logged', () =>
          journal.lines.includes('warn admin.listen: request GET failed: boom'),
        );
      },
    );
  });
});

// Private

function fixture(failures: number) {
  const journal = recordingJournal();
  const log: string[] = [];
  let left = failures;
  let report = (_text: string): void => {};
  const deps: AdminDeps = {
    createServer: (onProblem) => {
      report = onProblem;
      return {
        listen: () => {
          const fails = left-- > 0;
          log.push(fails ? 'failed' : 'listen');
          return fails ? Promise.reject(new Error('EADDRINUSE')) : Promise.resolve();
        },
        close: () => {
          log.push('close');
          return Promise.resolve();
        },
      };
    },
    address: '127.0.0.1:9600',
    retryMs: 1,
    journal,
  };
  return { deps, journal, log, report: (text: string) => report(text) };
}
