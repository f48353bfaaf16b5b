import { deployerActor } from '../../actors/deployer-actor.ts';
import type {
  ArchivistMessage,
  DeployerMessage,
  NotifierMessage,
  VersionMessage,
} from '../../actors/messages.ts';
import {
  ActorSystem,
  type Address,
  type Behaviour,
  type ChildSpec,
} from '../../lib/actor/index.ts';
import { type Deployment, NOTHING_DEPLOYED } from '../../lib/deployment/state.ts';
import { release } from '../lib/deployment/world.ts';
import { DEFAULT_SETTINGS } from '../support/default-settings.ts';
import { eventually } from '../support/eventually.ts';
import { QUIET } from '../support/quiet-journal.ts';

const RULES = {
  nowMs: 1,
  probationMs: 0,
  testingCrashesMax: 2,
  compareVersions: (a: string, b: string) => Number(a) - Number(b),
};

/** One version runs, and one is on its way into the archive. */
const SAVED: Deployment = {
  ...NOTHING_DEPLOYED,
  running: { release: release(2), phase: 'ready', target: null },
  archiving: ['shop-1'],
};

describe('The deployer', () => {
  it('asks again for an archive it held back while the disk was full', async () => {
    const archived: string[] = [];
    let isFull = true;
    const system = new ActorSystem({ trace: DEFAULT_SETTINGS.trace, onFatal: () => undefined });
    const deployer: Address<DeployerMessage> = await system.spawn<DeployerMessage>({
      name: 'deployer',
      keepChildren: true,
      behaviour: () =>
        deployerActor({
          trafficMirror: nobody(),
          comparator: nobody(),
          notifier: nobody<NotifierMessage>(),
          archivist: {
            path: '/vili/archivist',
            tell: (message: ArchivistMessage) => {
              archived.push(message.name);
              return true;
            },
          },
          versionSpec: (name) => retiringVersion(name, () => deployer),
          boot: () =>
            Promise.resolve({
              type: 'booted',
              saved: SAVED,
              adopted: { running: null, testing: null },
              files: [],
            }),
          load: () => Promise.resolve(null),
          save: () => (isFull ? Promise.reject(new Error('ENOSPC')) : Promise.resolve()),
          unlinkTest: () => Promise.resolve(),
          rules: () => RULES,
          appendHistory: () => Promise.resolve(),
          journal: QUIET,
        }),
    });
    try {
      deployer.tell({ type: 'retired', name: 'shop-1' });
      isFull = false;
      deployer.tell({ type: 'arrived', release: release(3), foundAtStart: false });
      await eventually('the archive is asked for', () => archived.includes('shop-1'));
    } finally {
      await system.stop(1000);
    }
  });
});

function nobody<M>(): Address<M> {
  return { path: '/vili/nobody', tell: () => true };
}

/** Has nothing to stop. Its first word is left to the spec, so that it comes while the disk is full. */
function retiringVersion(
  name: string,
  deployer: () => Address<DeployerMessage>,
): ChildSpec<VersionMessage> {
  return {
    name: `version-${name}`,
    behaviour: (): Behaviour<VersionMessage, number> => ({
      start: () => 0,
      handle: (told, message) => {
        if (message.type !== 'retire') return told;
        if (told > 0) deployer().tell({ type: 'retired', name });
        return told + 1;
      },
    }),
  };
}
