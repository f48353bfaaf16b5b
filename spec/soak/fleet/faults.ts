import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/eventually.ts';
import type { EtcdNode } from '../../support/etcd.ts';
import type { Random } from '../../support/seeded.ts';
import type { ShiftedClock } from './clock.ts';
import type { FleetHost } from './host.ts';
import type { Recorder } from './recorder.ts';

/** Longer than the lease of a host, 15 s: it is deposed, and counted as away. */
const BEYOND_LEASE_MS = { from: 17_000, to: 22_000 };
const SHORT_MS = { from: 2000, to: 8000 };
const SHIFT_MAX_HOURS = 12;
const HELD_MAX_MS = 60_000;
const NO_LEADER = 'nobody leads';
const NOBODY = 'nobody could be asked';
export const OPERATOR = 'soak';

/** What faults are made of. */
export interface Stage {
  readonly hosts: readonly FleetHost[];
  readonly nodes: readonly EtcdNode[];
  readonly recorder: Recorder;
  readonly random: Random;
  /** The clock of the host of that name; null: none can be shifted. */
  readonly clock: { readonly host: string; readonly clock: ShiftedClock } | null;
}

export interface Fault {
  readonly name: string;
  /** Resolves when it is over, to what it was about. */
  readonly act: (stage: Stage) => Promise<string>;
}

/** All is well again after each of them. */
export const FAULTS: readonly Fault[] = [
  { name: 'leader of etcd killed', act: killNode },
  { name: 'leader of etcd paused', act: async (stage) => pauseNode(stage, SHORT_MS) },
  { name: 'leader of etcd cut off', act: async (stage) => pauseNode(stage, BEYOND_LEASE_MS) },
  { name: 'most of etcd cut off', act: pauseMost },
  { name: 'a host killed', act: (stage) => killHost(stage, stage.random.of(stage.hosts)) },
  { name: 'leading host killed', act: (stage) => killHost(stage, leading(stage)) },
  { name: 'leading host paused', act: pauseLeading },
  { name: 'a running servlet killed', act: killServlet },
  { name: 'the fleet held by an operator', act: holdFleet },
  { name: 'a clock shifted', act: shiftClock },
];

/** What happens then; null: no host could carry it to etcd. */
export async function askFleet(
  { hosts }: Pick<Stage, 'hosts'>,
  act: 'pause' | 'resume' | 'reject',
): Promise<string | null> {
  for (const { daemon } of hosts) {
    const request = { act, by: OPERATOR, reason: 'the soak decides' };
    const reply = await daemon.client.askFleet(request).catch(() => null);
    if (reply !== null) return reply.effect;
  }
  return null;
}

// Private

async function killNode(stage: Stage): Promise<string> {
  const { nodes, random } = stage;
  const at = await leaderOfEtcd(nodes);
  const node = nodes[at];
  await node?.kill();
  await sleep(random.between(SHORT_MS.from, SHORT_MS.to));
  await node?.start();
  return `node ${at}`;
}

async function pauseNode({ nodes, random }: Stage, ms: typeof SHORT_MS): Promise<string> {
  const at = await leaderOfEtcd(nodes);
  await paused(nodes[at] === undefined ? [] : [nodes[at]], random.between(ms.from, ms.to));
  return `node ${at}`;
}

/** Nothing can be written, whoever is asked. */
async function pauseMost({ nodes, random }: Stage): Promise<string> {
  const { from, to } = BEYOND_LEASE_MS;
  const left = random.of(nodes);
  await paused(
    nodes.filter((node) => node !== left),
    random.between(from, to),
  );
  return `all but node ${nodes.indexOf(left)}`;
}

async function paused(nodes: readonly EtcdNode[], ms: number): Promise<void> {
  for (const node of nodes) node.signal('SIGSTOP');
  try {
    await sleep(ms);
  } finally {
    for (const node of nodes) node.signal('SIGCONT');
  }
  await Promise.all(nodes.map((node) => node.ready()));
}

async function killHost({ random }: Stage, host: FleetHost | undefined): Promise<string> {
  if (host === undefined) return NO_LEADER;
  await host.kill(random.between(500, random.chance(0.5) ? 2000 : BEYOND_LEASE_MS.to));
  return host.name;
}

async function pauseLeading(stage: Stage): Promise<string> {
  const host = leading(stage);
  if (host === undefined) return NO_LEADER;
  await host.pause(stage.random.between(BEYOND_LEASE_MS.from, BEYOND_LEASE_MS.to));
  return host.name;
}

/** On probation, users of its host go back, and so do those of the others. */
async function killServlet({ hosts, random }: Stage): Promise<string> {
  const host = random.of(hosts);
  return `${host.name}, ${await host.killRunning()}`;
}

async function holdFleet(stage: Stage): Promise<string> {
  const { random } = stage;
  const paused = await askFleet(stage, 'pause');
  if (paused === null) return NOBODY;
  await sleep(random.between(SHORT_MS.from, SHORT_MS.to));
  const resumed = await eventually(
    'the fleet goes on',
    () => askFleet(stage, 'resume'),
    HELD_MAX_MS,
  );
  return `${paused}; ${resumed}`;
}

/** It stays so until the next time. */
async function shiftClock({ clock, random }: Stage): Promise<string> {
  if (clock === null) return 'none can be shifted here';
  const hours = Math.round(random.between(-SHIFT_MAX_HOURS, SHIFT_MAX_HOURS));
  clock.clock.shift(hours);
  return `${clock.host}, ${hours} h`;
}

function leading({ hosts, recorder }: Stage): FleetHost | undefined {
  return hosts.find(({ name }) => name === recorder.view.leader?.host);
}

async function leaderOfEtcd(nodes: readonly EtcdNode[]): Promise<number> {
  for (const [at, node] of nodes.entries()) {
    const { leader, header } = await node.call('/v3/maintenance/status', {});
    if (leader === (header as { member_id?: unknown } | undefined)?.member_id) return at;
  }
  return 0;
}
