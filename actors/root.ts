import { actorSpec, type ChildSpec } from '../lib/actor/index.ts';
import type { Services } from './app/services.ts';
import { archivistActor } from './archivist-actor.ts';
import { comparatorActor } from './comparator-actor.ts';
import { deployerActor } from './deployer-actor.ts';
import { diskJanitorActor } from './disk-janitor-actor.ts';
import { ingestorActor } from './ingestor-actor.ts';
import { notifierActor } from './notifier-actor.ts';
import { operatorActor } from './operator-actor.ts';
import { trafficMirrorActor } from './traffic-mirror-actor.ts';
import { deployerDeps } from './wiring/deployer.ts';
import { archivistDeps, diskJanitorDeps } from './wiring/disk.ts';
import { comparatorDeps } from './wiring/evidence.ts';
import { ingestorDeps } from './wiring/ingestor.ts';
import { notifierDeps } from './wiring/notifications.ts';
import { operatorDeps } from './wiring/operator.ts';

/**
 * How the actors of the table are restarted: for ever, more and more seldom. Users are served by the
 * gate meanwhile; to end Vili because, say, its notifier cannot start would end them too.
 */
const TOP_RESTARTS = {
  max: Number.POSITIVE_INFINITY,
  backoff: { minMs: 50, maxMs: 30_000, factor: 2, jitter: 0.2 },
  quietMs: 60_000,
} as const;

/** Booting hashes and adopts what is in the base, and may take long on a slow disk. */
const DEPLOYER_HANDLER_TIMEOUT_MS = 60_000;
/** One message a batch of pairs, one a log batch: ample for all of them in a busy second. */
const BUSY_MAILBOX = { limit: 10_000, overflow: 'drop-new' } as const;

/**
 * THE supervision table. Actors start from top to bottom and stop from bottom to top; each is
 * restarted by itself. Below the deployer: version-NAME, its servlet-N, and that one's log-tailer.
 */
export function rootTable(services: Services): readonly ChildSpec<never>[] {
  return [
    actorSpec({ name: 'notifier', behaviour: () => notifierActor(notifierDeps(services)) }),
    actorSpec({ name: 'archivist', behaviour: () => archivistActor(archivistDeps(services)) }),
    actorSpec({
      name: 'disk-janitor',
      behaviour: () => diskJanitorActor(diskJanitorDeps(services)),
    }),
    actorSpec({
      name: 'traffic-mirror',
      mailbox: BUSY_MAILBOX,
      behaviour: () => trafficMirrorActor(trafficMirrorDeps(services)),
    }),
    actorSpec({
      name: 'comparator',
      mailbox: BUSY_MAILBOX,
      behaviour: () => comparatorActor(comparatorDeps(services)),
    }),
    actorSpec({
      name: 'deployer',
      keepChildren: true,
      handlerTimeoutMs: DEPLOYER_HANDLER_TIMEOUT_MS,
      behaviour: () => deployerActor(deployerDeps(services)),
    }),
    actorSpec({ name: 'ingestor', behaviour: () => ingestorActor(ingestorDeps(services)) }),
    actorSpec({ name: 'operator', behaviour: () => operatorActor(operatorDeps(services)) }),
  ].map((spec) => ({ ...spec, restarts: TOP_RESTARTS }));
}

// Private

function trafficMirrorDeps({ proxy, mirror, journal, addresses }: Services) {
  return {
    proxy,
    mirror,
    journal,
    comparator: addresses.comparator,
    deployer: addresses.deployer,
  };
}
