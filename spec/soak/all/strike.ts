import { setTimeout as sleep } from 'node:timers/promises';
import type { ServletView } from '../../../lib/operator/views/status-view.ts';
import {
  hasEnded,
  identityOf,
  type ProcessIdentity,
  signalProcess,
} from '../../../lib/servlet/process/identity.ts';
import type { Strike } from './plan.ts';
import { launcherOf } from './processes.ts';
import { hostMs, type Stage } from './stage.ts';

/**
 * A good version under test that stands still for seconds, or ends by itself more often than once, is a bad one as far as anybody
 * can see: it is stopped for this time at most, and killed once.
 */
const GOOD_STOP_MAX_MS = 300;
/** How long a victim is waited for: there is a previous for some seconds only, and not always a test. */
const VICTIM_LIMIT_MS = 8000;
const VICTIM_POLL_MS = 200;
const GONE_POLL_MS = 2;
const GONE_LIMIT_MS = 5000;

interface Hit {
  readonly identity: ProcessIdentity;
  /** Null for what is no servlet. */
  readonly version: string | null;
}

/** Resolves to what it struck when it is over; to null where there was nobody. */
export async function strike(stage: Stage, planned: Strike): Promise<string | null> {
  const hit = await find(stage, planned);
  if (hit === null) return null;
  const isGood = isGoodTest(stage, planned, hit.version);
  const name = `${planned.victim} ${hit.version ?? ''} (${hit.identity.pid})`;
  switch (planned.act) {
    case 'kill':
      if (isGood && stage.killed.some(({ version }) => version === hit.version)) return null;
      await kill(stage, planned, hit);
      return name;
    case 'stop': {
      const ms = isGood ? Math.min(planned.forMs, GOOD_STOP_MAX_MS) : planned.forMs;
      await stop(hit.identity, ms);
      return `${name} for ${ms} ms`;
    }
    case 'flood':
      return signalProcess(hit.identity, 'SIGUSR2') ? name : null;
  }
}

// Private

async function find({ world, daemon }: Stage, { victim }: Strike): Promise<Hit | null> {
  if (victim === 'launcher') {
    const identity = await launcherOf(world.base);
    return identity && { identity, version: null };
  }
  const limitMs = hostMs() + VICTIM_LIMIT_MS;
  for (;;) {
    // On a busy machine, and during an upgrade, it may take a while until Vili says how it is.
    const status = await daemon.until('it says how it is', () => true);
    if (victim === 'vili') return hitOf(status.vili.pid, null);
    const servlet: ServletView | null = status[victim];
    // One that is not ready does not know yet what the signal of a flood means.
    if (servlet?.state === 'ready') return hitOf(servlet.pid, servlet.version);
    if (hostMs() > limitMs) return null;
    await sleep(VICTIM_POLL_MS);
  }
}

function hitOf(pid: number | null, version: string | null): Hit | null {
  const identity = pid === null ? null : identityOf(pid);
  return identity && { identity, version };
}

function isGoodTest({ dropped }: Stage, { victim }: Strike, version: string | null): boolean {
  return victim === 'testing' && dropped.some((it) => it.name === version && it.fault === 'none');
}

async function kill(stage: Stage, { victim }: Strike, { identity, version }: Hit): Promise<void> {
  const fromMs = hostMs();
  if (!signalProcess(identity, 'SIGKILL')) return;
  // Until its last thread has ended, connections to it are accepted.
  while (!hasEnded(identity) && hostMs() - fromMs < GONE_LIMIT_MS) await sleep(GONE_POLL_MS);
  stage.killed.push({ version: version ?? '', victim, fromMs, goneMs: hostMs() });
}

async function stop(identity: ProcessIdentity, ms: number): Promise<void> {
  signalProcess(identity, 'SIGSTOP');
  try {
    await sleep(ms);
  } finally {
    signalProcess(identity, 'SIGCONT');
  }
}
