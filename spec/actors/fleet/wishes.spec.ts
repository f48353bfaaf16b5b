import { expect } from 'chai';
import { wished } from '../../../actors/fleet/wishes.ts';
import { LocalEngine } from '../../../lib/fleet/engine/local.ts';
import { keysOf } from '../../../lib/fleet/session/keys.ts';
import { FleetSession } from '../../../lib/fleet/session/session.ts';
import { eventually } from '../../support/eventually.ts';
import { hostOf, inputOf, NEW, planned } from '../../lib/fleet/rollout/fleet-records.ts';

const KEYS = keysOf('shop');
const RECORD = JSON.stringify(hostOf('a'));

describe('What a person asks a fleet for', () => {
  it('is for the version of that moment, whatever the leader has when it reads it', async () => {
    const engine = new LocalEngine(() => 0);
    const session = new FleetSession({
      coordinator: engine.connect(),
      keys: KEYS,
      host: 'a',
      instance: 'run of a',
      now: () => 0,
      wallNow: () => 0,
      random: () => 0,
      onChanged: () => undefined,
    });
    try {
      session.begin();
      await session.beat({ record: RECORD, evidence: null });
      await eventually('it leads', () => session.leadership !== null);
      const token = session.leadership?.token ?? 0;
      await session.write(planned(null, inputOf([hostOf('a')], { token })).rollout, false);
      await eventually('there is a rollout', () => session.view.rollout !== null);
      const wish = { kind: 'reject', version: null, by: 'ann', reason: '' } as const;
      expect((await wished(session, wish)).done).to.equal(true);
      await eventually('it is asked', () => session.view.ask !== null);
      expect(session.view.ask?.version).to.equal(NEW.version);
    } finally {
      await session.end();
    }
  });
});
