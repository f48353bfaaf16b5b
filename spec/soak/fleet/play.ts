import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../lib/errors.ts';
import { isEnded } from '../../../lib/fleet/rollout/records.ts';
import type { Random } from '../../support/seeded.ts';
import { askFleet, FAULTS, OPERATOR, type Stage } from './faults.ts';
import type { FleetHost } from './host.ts';
import { type Dropped, dropOnAll, qualityOf } from './releases.ts';

/** A rollout of three waves takes half a minute; faults beside it, and a busy host, make it several. */
export const ROLLOUT_LIMIT_MS = 300_000;
const POLL_MS = 250;
const CALM_MS = { from: 2000, to: 8000 };
/** Of the versions come before the one before is decided on. */
const HASTY_SHARE = 0.2;
/** Of the good versions an operator takes back on the first host that has gone. */
const TAKEN_BACK_SHARE = 0.25;
const BACK_LIMIT_MS = 120_000;

export interface Told {
  readonly line: (text: string) => void;
  readonly problem: (text: string) => void;
}

/** One fault after the other until the time is over. Returns how often each took place. */
export async function playFaults(
  stage: Stage,
  untilMs: number,
  told: Told,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>(FAULTS.map(({ name }) => [name, 0]));
  while (performance.now() < untilMs) {
    for (const fault of shuffled(FAULTS, stage.random)) {
      await sleep(stage.random.between(CALM_MS.from, CALM_MS.to));
      if (performance.now() >= untilMs) break;
      try {
        told.line(`${fault.name}: begins`);
        told.line(`${fault.name}: ${await fault.act(stage)}`);
        counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
      } catch (error) {
        told.problem(`${fault.name}: ${messageOf(error)}`);
      }
    }
  }
  return counts;
}

/** One version after the other until the time is over, and a good one at the end. */
export async function playReleases(
  stage: Stage,
  untilMs: number,
  random: Random,
  told: Told,
): Promise<readonly Dropped[]> {
  const dropped: Dropped[] = [];
  const drop = async (quality: Dropped['quality']): Promise<Dropped> => {
    const one = await dropOnAll(stage.hosts, `1.0.${dropped.length + 1}`, quality);
    dropped.push(one);
    told.line(`${one.name} comes, ${quality}`);
    return one;
  };
  while (performance.now() < untilMs) {
    const { name, quality } = await drop(dropped.length === 0 ? 'good' : qualityOf(random));
    const isTakenBack = quality === 'good' && random.chance(TAKEN_BACK_SHARE);
    if (random.chance(HASTY_SHARE)) await sleep(random.between(500, 15_000));
    else await ended(stage, { name, isTakenBack }, random, told);
  }
  return dropped;
}

/** A last good version, without faults, which all hosts have in the end. */
export async function playEnd(stage: Stage, count: number, told: Told): Promise<Dropped> {
  const last = await dropOnAll(stage.hosts, `1.0.${count + 1}`, 'good');
  told.line(`${last.name} comes at the end`);
  await ended(stage, { name: last.name, isTakenBack: false }, stage.random, told);
  await Promise.all(
    stage.hosts.map(({ daemon }) => daemon.serving(last.name, ROLLOUT_LIMIT_MS)),
  ).catch((error: unknown) => told.problem(`at the end: ${messageOf(error)}`));
  return last;
}

// Private

/** Waits for the end of a rollout; an operator decides what is held, and takes back what is to be taken back. */
async function ended(
  stage: Stage,
  { name, isTakenBack }: { readonly name: string; readonly isTakenBack: boolean },
  random: Random,
  told: Told,
): Promise<void> {
  const startMs = performance.now();
  let askedMs = Number.NEGATIVE_INFINITY;
  let isBack = false;
  while (performance.now() - startMs < ROLLOUT_LIMIT_MS) {
    const { rollout } = stage.recorder.view;
    const isOfIt = rollout?.candidate.version === name;
    if (isOfIt && isEnded(rollout)) {
      const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
      told.line(`${name} is ${rollout.phase} after ${seconds} s: ${rollout.reasons[0]}`);
      return rollout.phase === 'stopped' ? allBack(stage, name, told) : undefined;
    }
    const isHeld = isOfIt && rollout.heldBy !== null;
    if (isHeld && performance.now() - askedMs > CALM_MS.to) {
      askedMs = performance.now();
      const act = random.chance(0.5) ? 'resume' : 'reject';
      told.line(`${name} is held by ${rollout.heldBy}: ${act}, ${await askFleet(stage, act)}`);
    }
    if (isTakenBack && !isBack) isBack = await takenBack(stage, name, told);
    await sleep(POLL_MS);
  }
  told.problem(
    `the rollout of ${name} did not end in ${ROLLOUT_LIMIT_MS / 1000} s: ${seen(stage)}`,
  );
}

/** Whether an operator could take users of a host back, which stops the rollout. */
async function takenBack({ hosts, recorder }: Stage, name: string, told: Told): Promise<boolean> {
  const gone = recorder.view.hosts.find(
    ({ running, isOnProbation }) => running?.version === name && isOnProbation,
  );
  const host = hosts.find((one) => one.name === gone?.host);
  if (host === undefined) return false;
  const request = { by: OPERATOR, reason: 'it is taken back' };
  const reply = await host.daemon.client.rollback(request).catch(() => null);
  if (reply !== null) told.line(`${name} is taken back on ${host.name}: ${reply.effect}`);
  return reply !== null;
}

/** Of a rollout that is stopped, no host has the version in the end. */
async function allBack({ hosts }: Stage, name: string, told: Told): Promise<void> {
  const isBack = async ({ daemon }: FleetHost): Promise<boolean> => {
    const status = await daemon.client.status().catch(() => null);
    return status !== null && status.running?.version !== name && status.testing?.version !== name;
  };
  const limitMs = performance.now() + BACK_LIMIT_MS;
  while (performance.now() < limitMs) {
    if ((await Promise.all(hosts.map(isBack))).every(Boolean)) return told.line(`${name} is gone`);
    await sleep(POLL_MS);
  }
  told.problem(`${name} was stopped, and is still there after ${BACK_LIMIT_MS / 1000} s`);
}

function seen({ recorder: { view } }: Stage): string {
  const { rollout, hosts, leader } = view;
  const shown = hosts.map(({ host, running, testing, rejected, waits }) => {
    const parts = [running?.version, testing?.version, rejected?.version, waits];
    return `${host} ${parts.join(' / ')}`;
  });
  return `${JSON.stringify(rollout)}; ${leader?.host} leads; ${shown.join('; ')}`;
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .toSorted((left, right) => left.at - right.at)
    .map(({ item }) => item);
}
