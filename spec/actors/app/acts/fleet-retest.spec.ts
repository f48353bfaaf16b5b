import { expect } from 'chai';
import { checkFleetRetest } from '../../../../actors/app/acts/fleet-retest.ts';
import type { Services } from '../../../../actors/app/services.ts';
import type { FleetMessage } from '../../../../actors/fleet/messages.ts';
import type { DeployerMessage } from '../../../../actors/messages.ts';
import { type Deployment, NOTHING_DEPLOYED } from '../../../../lib/deployment/state.ts';
import { ConflictError } from '../../../../lib/errors.ts';
import { release } from '../../../lib/deployment/world.ts';
import { DEFAULT_SETTINGS } from '../../../support/default-settings.ts';

type Asked = DeployerMessage | FleetMessage;

/** Services of a host in a fleet that has decided on shop-2; `asked` has the builds that the fleet was asked about. */
function around(change: Partial<Deployment>, endpoints = ['http://10.0.0.1:2379']) {
  const asked: string[] = [];
  const ask = async (_: unknown, make: (reply: unknown) => Asked): Promise<unknown> => {
    const message = make(null);
    if (message.type === 'describe') return { deployment: { ...NOTHING_DEPLOYED, ...change } };
    if (message.type !== 'retest' || !('build' in message))
      throw new Error(`nobody takes ${message.type}`);
    asked.push(message.build.version);
    return message.build.version === 'shop-2' ? 'the fleet has decided' : null;
  };
  const settings = { ...DEFAULT_SETTINGS, fleet: { ...DEFAULT_SETTINGS.fleet, endpoints } };
  const services = { settings, addresses: {}, system: { ask } } as unknown as Services;
  return { services, asked };
}

const REJECTED = { rejected: { release: release(2), reasons: [] } };

async function refusalOf(checked: Promise<void>): Promise<unknown> {
  return checked.then(
    () => null,
    (error: unknown) => error,
  );
}

describe('vili retest on one of several hosts', () => {
  it('is refused for what the fleet has decided on, named or not', async () => {
    const { services } = around(REJECTED);
    for (const version of [null, 'shop-2']) {
      const refusal = await refusalOf(checkFleetRetest(services, version, null));
      expect(refusal).to.be.instanceOf(ConflictError);
      expect(String(refusal)).to.contain('the fleet has decided');
    }
    const byFile = around({});
    expect(
      await refusalOf(checkFleetRetest(byFile.services, 'shop-2', release(2))),
    ).to.be.instanceOf(ConflictError);
  });

  it('is possible for another version, and asks nobody where there is nothing to test or no fleet', async () => {
    const other = around(REJECTED);
    await checkFleetRetest(other.services, 'shop-3', release(3));
    expect(other.asked).to.deep.equal(['shop-3']);
    const nothing = around({});
    await checkFleetRetest(nothing.services, null, null);
    const alone = around(REJECTED, []);
    await checkFleetRetest(alone.services, null, null);
    expect([nothing.asked, alone.asked]).to.deep.equal([[], []]);
  });
});
