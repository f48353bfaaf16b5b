import { expect } from 'chai';
import { operatorActor } from '../../actors/operator-actor.ts';
import { recordingJournal, withActor } from '../support/actor-kit.ts';
import { eventually } from '../support/eventually.ts';

describe('The operator actor', () => {
  it('listens from its start to its end, and again after a restart', async () => {
    const { deps, log } = fixture();
    await withActor(
      () => operatorActor(deps),
      async ({ crash }) => {
        expect(log).to.deep.equal(['listen']);
        await crash();
        expect(log).to.deep.equal(['listen', 'close', 'listen']);
      },
    );
    expect(log.at(-1)).to.equal('close');
  });

  it('tries again when the socket cannot be opened at first', async () => {
    const { deps, log } = fixture(2);
    await withActor(
      () => operatorActor(deps),
      async () => {
        expect(log).to.deep.equal(['failed', 'failed', 'listen']);
      },
    );
  });

  it('logs what the server reports', async () => {
    const { deps, journal, report } = fixture();
    await withActor(
      () => operatorActor(deps),
      async () => {
        report('too many connections');
        await eventually('it is logged', () => journal.lines.length === 1);
        expect(journal.lines).to.deep.equal(['warn control socket: too many connections']);
      },
    );
  });
});

// Private

function fixture(failures = 0) {
  const journal = recordingJournal();
  const log: string[] = [];
  let left = failures;
  let report = (_text: string): void => {};
  const deps: Parameters<typeof operatorActor>[0] = {
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
    journal,
  };
  return { deps, journal, log, report: (text: string) => report(text) };
}
