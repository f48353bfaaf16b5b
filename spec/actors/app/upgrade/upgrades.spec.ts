import { expect } from 'chai';
import type { Predecessor } from '../../../../actors/app/upgrade/predecessor.ts';
import { Upgrades } from '../../../../actors/app/upgrade/upgrades.ts';
import type { Services } from '../../../../actors/app/services.ts';
import type { Lock } from '../../../../lib/servlet/lock.ts';
import { codeOf, messageOf } from '../../../../lib/errors.ts';
import { failureOf } from '../../../support/failure.ts';

describe('Upgrades', () => {
  it('are refused as process 1, with the reason and the way out', async () => {
    const error = await failureOf(upgrades({ pid: 1 }).begin('ann@host'));
    expect(codeOf(error)).to.equal('VILI_REFUSED');
    expect(messageOf(error)).to.match(/process 1 .* start a new container instead/);
  });

  it('are refused while two earlier Vilis have connections, naming both', async () => {
    const crowded = upgrades({ older: [12, 11] });
    crowded.confirm();
    const error = await failureOf(crowded.begin('ann@host'));
    expect(codeOf(error)).to.equal('VILI_REFUSED');
    expect(messageOf(error)).to.match(
      /2 earlier Vilis .* \(pids 12, 11\), at most 15 minutes each/,
    );
  });

  it('are refused before the Vili before has confirmed this one, and once Vili stops', async () => {
    const taking = upgrades({ older: [] });
    expect(taking.view()).to.deep.include({ state: 'under-way', pid: 4711, version: '0.1.0' });
    expect(messageOf(await failureOf(taking.begin('ann@host')))).to.equal(
      'an upgrade is under way',
    );
    taking.confirm();
    expect(taking.view()).to.include({ state: 'done' });
    await taking.stop();
    expect(messageOf(await failureOf(taking.begin('ann@host')))).to.contain('about to end');
  });

  it('are none for a Vili that was started by anything else', () => {
    expect(upgrades({}).view()).to.deep.equal({
      state: 'none',
      pid: null,
      version: null,
      problem: '',
      older: [],
    });
  });
});

// Private

function upgrades({ pid = 4711, older }: { pid?: number; older?: readonly number[] }): Upgrades {
  return new Upgrades({
    services: { viliVersion: '0.1.0' } as Services,
    lock: {} as Lock,
    command: [],
    before: older === undefined ? null : ({ older } as Predecessor),
    resume: () => Promise.reject(new Error('nothing has begun')),
    pid,
  });
}
