import { randomUUID } from 'node:crypto';
import { compareVersions } from '../../lib/base/names/version-order.ts';
import { opensText } from '../../lib/deployment/window/wait.ts';
import type { SharedEvidence } from '../../lib/evaluation/shared.ts';
import { EtcdCoordinator } from '../../lib/fleet/engine/etcd/etcd.ts';
import { EvidenceText } from '../../lib/fleet/host/evidence-text.ts';
import { keysOf } from '../../lib/fleet/session/keys.ts';
import { FleetSession } from '../../lib/fleet/session/session.ts';
import { Judge } from '../../lib/fleet/view/judge.ts';
import type { ControlHandlers } from '../../lib/operator/api/handlers.ts';
import { askDeployment } from '../app/questions.ts';
import type { Services } from '../app/services.ts';
import { fleetNames } from '../app/settings/fleet-names.ts';
import { promotionClosed } from '../app/settings/rules.ts';
import { verdictSettings } from '../app/settings/traffic.ts';
import type { ComparatorMessage } from '../messages.ts';
import { addressOf } from './address.ts';
import { fleetAuthorities } from './authorities.ts';
import type { FleetFound } from './messages.ts';
import type { FleetDeps } from './state.ts';

/** For the history. */
const AUTHOR = 'fleet';

/**
 * What the fleet actor works with.
 * @throws ViliError VILI_FLEET_CA as `fleetAuthorities`.
 */
export function fleetDeps(services: Services, handlers: ControlHandlers): FleetDeps {
  const { settings, live, viliVersion, addresses, journal, now, wallNow, random } = services;
  const { endpoints, user, password } = settings.fleet;
  const ca = fleetAuthorities(settings.fleet)?.pem ?? null;
  const { fleet, host } = fleetNames(settings);
  const keys = keysOf(fleet);
  const judge = new Judge({ settings: () => verdictSettings(live.settings), now, wallNow });
  const texts = new EvidenceText();
  const instance = randomUUID();
  return {
    deployer: addresses.deployer,
    open: (onChanged) =>
      new FleetSession({
        instance,
        coordinator: new EtcdCoordinator({ endpoints, user, password, ca }),
        keys,
        host,
        now,
        wallNow,
        random,
        onChanged,
      }),
    look: (hosts) => look(services, { host, hosts, texts }),
    judge,
    rollBack: async (version, reason) => {
      const { effect } = await handlers.act('rollback', {
        by: AUTHOR,
        reason: `${version}: ${reason}`,
        leaves: version,
      });
      return effect;
    },
    self: { host, instance, vili: viliVersion, url: addressOf(settings.admin) },
    fleet,
    endpoints,
    rules: () => {
      const { waves, quorum, onRollback } = live.settings.fleet;
      const isManual = live.settings.verdict.mode === 'manual';
      return { waves, quorum, onRollback, isManual, compareVersions };
    },
    now,
    wallNow,
    journal,
  };
}

// Private

interface Looking {
  readonly host: string;
  readonly hosts: number | null;
  readonly texts: EvidenceText;
}

async function look(services: Services, looking: Looking): Promise<FleetFound> {
  const { live, wallNow } = services;
  const [{ deployment }, evidence] = await Promise.all([
    askDeployment(services),
    looking.hosts === null ? null : evidenceOf(services, looking.hosts, looking),
  ]);
  const closed = promotionClosed(live.settings, wallNow());
  return { deployment, closed: closed && closedText(closed), evidence };
}

async function evidenceOf(
  { system, addresses, wallNow }: Services,
  hosts: number,
  { host, texts }: Looking,
): Promise<FleetFound['evidence']> {
  const shared = await system.ask<ComparatorMessage, SharedEvidence | null>(
    addresses.comparator,
    (reply) => ({ type: 'share', hosts, reply }),
  );
  if (shared === null) return null;
  const { release, decision, counts } = shared;
  const build = { version: release.name, sha256: release.fingerprint };
  const text = texts.of({ host, version: release.name, nowMs: wallNow(), decision, counts });
  return { build, text };
}

function closedText({ opensMs, window }: NonNullable<ReturnType<typeof promotionClosed>>): string {
  return `promotion.window (${window}) ${opensText(opensMs)}`;
}
