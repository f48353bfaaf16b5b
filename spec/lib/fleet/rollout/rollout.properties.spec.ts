import { expect } from 'chai';
import fc from 'fast-check';
import { compareVersions } from '../../../../lib/base/names/version-order.ts';
import type { Judged } from '../../../../lib/fleet/rollout/input.ts';
import { type Order, orderFor } from '../../../../lib/fleet/rollout/orders.ts';
import { parseRollout } from '../../../../lib/fleet/rollout/parse.ts';
import { plan } from '../../../../lib/fleet/rollout/plan.ts';
import type { FleetAsk, HostRecord, Rollout } from '../../../../lib/fleet/rollout/records.ts';
import { isEnded } from '../../../../lib/fleet/rollout/records.ts';
import { type Wave, waveLimit } from '../../../../lib/model/promotion/wave.ts';
import { hostOf, NEW, PROMOTE } from './fleet-records.ts';

/** Time units after which a host that is away is given up; a switch takes at most one less. */
const RELEASE_AFTER = 3;
const ENDS: ReadonlySet<Order['act']> = new Set(['reject', 'roll-back']);
/** More than is written to the engine. */
const LONG_REJECT: Omit<Judged, 'sha256'> = {
  decision: 'reject',
  reasons: Array<string>(20).fill('bad; '.repeat(80)),
};

interface Host {
  record: HostRecord;
  /** Its session is alive: the engine has its record, and it may begin something. */
  isThere: boolean;
  awayFor: number;
  /** The rollout, and who leads, as it read it last. */
  read: { readonly rollout: Rollout | null; readonly leader: number };
}

interface Leader {
  readonly token: number;
  /** A write under way: decided, not yet committed. */
  write: {
    readonly revision: number;
    readonly rollout: Rollout;
    readonly ask: FleetAsk | null;
  } | null;
}

/** A fleet around an engine that commits by revision and token, as `Coordinator.write` does. */
class World {
  readonly hosts: Host[];
  readonly waves: readonly Wave[];
  readonly onRollback: 'all' | 'stay';
  /** Acts of hosts, and of which leader they were. */
  readonly obeyed: { readonly host: string; readonly token: number }[] = [];
  readonly written: { readonly rollout: Rollout; readonly leader: number }[] = [];
  rollout: Rollout | null = null;
  revision = 0;
  token = 0;
  isHeld = false;
  /** On whatever is the candidate when a leader reads. */
  merged: Omit<Judged, 'sha256'> | null = null;
  ask: FleetAsk | null = null;
  leaders: Leader[] = [];

  constructor(count: number, waves: readonly Wave[], onRollback: 'all' | 'stay') {
    this.waves = waves;
    this.onRollback = onRollback;
    this.hosts = Array.from({ length: count }, (_, at) => {
      const read = { rollout: null, leader: 0 };
      return { record: hostOf(`h${at}`), isThere: true, awayFor: 0, read };
    });
    this.elect();
  }

  elect(): void {
    this.token += 1;
    this.leaders = [...this.leaders.slice(-2), { token: this.token, write: null }];
  }

  /** A leader, perhaps a deposed one that does not know it, decides on what it reads now. */
  decide(leader: Leader): void {
    const { rollout } = plan(this.rollout, {
      token: leader.token,
      hosts: this.hosts.filter(({ isThere }) => isThere).map(({ record }) => record),
      released: new Set(
        this.hosts
          .filter(({ awayFor }) => awayFor >= RELEASE_AFTER)
          .map(({ record }) => record.host),
      ),
      merged: this.merged &&
        this.rollout && { ...this.merged, sha256: this.rollout.candidate.sha256 },
      isHeld: this.isHeld,
      isManual: false,
      ask: this.ask,
      waves: this.waves,
      quorum: 0.5,
      onRollback: this.onRollback,
      compareVersions,
    });
    const { ask } = this;
    if (rollout !== null && (rollout !== this.rollout || ask !== null))
      leader.write = { revision: this.revision, rollout, ask };
  }

  commit(leader: Leader): void {
    const { write } = leader;
    leader.write = null;
    if (write === null || write.revision !== this.revision || leader.token !== this.token) return;
    if (write.ask !== null) this.ask = null;
    this.rollout = write.rollout;
    this.revision += 1;
    this.written.push({ rollout: write.rollout, leader: leader.token });
  }

  read(host: Host): void {
    if (host.isThere) host.read = { rollout: this.rollout, leader: this.token };
  }

  obey(host: Host): void {
    if (!host.isThere) return;
    const held = this.isHeld ? 'paused' : null;
    const { rollout, leader } = host.read;
    const order = orderFor(rollout, host.record, { leader, held, waveCount: this.waves.length });
    if (rollout !== null && (order.act === 'promote' || ENDS.has(order.act))) {
      this.obeyed.push({ host: host.record.host, token: rollout.token });
    }
    if (order.act === 'promote') host.record = { ...host.record, isSwitching: true };
    if (ENDS.has(order.act)) this.#back(host, 'the fleet says so');
  }

  /** Its switch ends; that works without the engine. */
  arrive(host: Host): void {
    if (!host.record.isSwitching) return;
    const gone = { isSwitching: false, running: NEW, testing: null, isOnProbation: true };
    host.record = { ...host.record, ...gone };
  }

  endProbation(host: Host): void {
    host.record = { ...host.record, isOnProbation: false };
  }

  /** Its own evidence is against the build, before or after it went. */
  fail(host: Host): void {
    const { testing, isOnProbation, isSwitching } = host.record;
    if (testing !== null || isOnProbation || isSwitching) this.#back(host, 'bad here; '.repeat(30));
  }

  leave(host: Host): void {
    host.isThere = false;
  }

  comeBack(host: Host): void {
    host.isThere = true;
    host.awayFor = 0;
    // It reads before it acts.
    this.read(host);
  }

  pass(): void {
    for (const host of this.hosts) {
      if (host.isThere) continue;
      host.awayFor += 1;
      if (host.awayFor === RELEASE_AFTER - 1) this.arrive(host);
    }
  }

  #back(host: Host, text: string): void {
    const rejected = { ...NEW, text };
    const old = hostOf(host.record.host).running;
    const gone = {
      running: old,
      testing: null,
      isSwitching: false,
      isOnProbation: false,
      rejected,
    };
    host.record = { ...host.record, ...gone };
  }
}

const anyWaves = fc.constantFrom<readonly Wave[]>(
  [{ hosts: 1 }, { share: 0.25 }, { share: 1 }],
  [{ share: 1 }],
  [{ hosts: 2 }, { share: 0.5 }, { share: 1 }],
);
/** Long enough for a rollout to get somewhere. */
const anySteps = fc.array(fc.record({ kind: fc.nat(16), at: fc.nat(20) }), {
  maxLength: 150,
  size: 'max',
});

function take(world: World, { kind, at }: { readonly kind: number; readonly at: number }): void {
  const host = world.hosts[at % world.hosts.length];
  const leader = world.leaders[at % world.leaders.length];
  if (host === undefined || leader === undefined) return;
  const current = world.leaders.at(-1) ?? leader;
  if (kind === 0) world.elect();
  else if (kind === 1 || kind === 2) world.decide(at % 3 === 0 ? leader : current);
  else if (kind === 3 || kind === 4) world.commit(at % 3 === 0 ? leader : current);
  else if (kind === 5) world.read(host);
  else if (kind === 6 || kind === 7) {
    if (at % 2 === 0) world.read(host);
    world.obey(host);
  } else if (kind === 8) world.arrive(host);
  else if (kind === 9) world.endProbation(host);
  else if (kind === 10 && at % 5 === 0) world.fail(host);
  else if (kind === 11) world.leave(host);
  else if (kind === 12) world.comeBack(host);
  else if (kind === 13) world.pass();
  else if (kind === 14) world.merged = at % 7 === 0 ? LONG_REJECT : PROMOTE;
  else if (kind === 15) world.isHeld = !world.isHeld;
  else if (kind === 16) {
    const wish = at % 11 === 0 ? 'reject' : at % 2 === 0 ? 'promote' : 'resume';
    world.ask = { kind: wish, version: null, by: 'ann', reason: 'now; '.repeat(60) };
  }
}

/** Nothing breaks any more, and an operator decides what is held. */
function calm(world: World): number {
  world.isHeld = false;
  world.merged ??= PROMOTE;
  for (const host of world.hosts) world.comeBack(host);
  const leader = world.leaders.at(-1);
  if (leader === undefined) throw new Error('nobody leads');
  for (let round = 0; round < 200; round += 1) {
    if (world.rollout !== null && isEnded(world.rollout)) return round;
    if (world.rollout?.heldBy != null) {
      world.ask = { kind: 'resume', version: null, by: 'ann', reason: '' };
    }
    world.decide(leader);
    world.commit(leader);
    for (const host of world.hosts) {
      world.read(host);
      world.obey(host);
      world.arrive(host);
      world.endProbation(host);
    }
    if (world.hosts.every(({ record }) => record.testing === null && record.running !== NEW))
      return round;
  }
  return Number.POSITIVE_INFINITY;
}

describe('every rollout, whatever hosts and leaders do', () => {
  const anyWorld = fc.tuple(
    fc.integer({ min: 1, max: 8 }),
    anyWaves,
    fc.constantFrom('all', 'stay'),
  );

  it('never has more hosts on their way at once than its open wave has room for', () => {
    let atMost = 0;
    fc.assert(
      fc.property(anyWorld, anySteps, ([count, waves_, back], steps) => {
        const world = new World(count, waves_, back);
        for (const one of steps) {
          take(world, one);
          const on = world.hosts.filter(({ record }) => record.isSwitching).length;
          atMost = Math.max(atMost, on);
          const wave = waves_[Math.min(world.rollout?.wave ?? 0, waves_.length - 1)] ?? {
            hosts: 0,
          };
          expect(on).to.be.at.most(waveLimit(wave, count));
        }
      }),
      { numRuns: 500 },
    );
    // The property is about something.
    expect(atMost).to.be.above(1);
  });

  it('is written by one leader at a time: tokens and waves never go back', () => {
    fc.assert(
      fc.property(anyWorld, anySteps, ([count, waves_, back], steps) => {
        const world = new World(count, waves_, back);
        for (const one of steps) take(world, one);
        for (const [at, { rollout, leader }] of world.written.entries()) {
          const before = world.written[at - 1];
          expect(rollout.token).to.equal(leader);
          if (before === undefined) continue;
          expect(leader).to.be.at.least(before.leader);
          if (rollout.id === before.rollout.id) {
            expect(rollout.wave).to.be.at.least(before.rollout.wave);
            if (isEnded(before.rollout)) expect(rollout.phase).to.equal(before.rollout.phase);
          }
        }
        for (const [at, { host, token }] of world.obeyed.entries()) {
          const before = world.obeyed.slice(0, at).findLast((one) => one.host === host);
          expect(token).to.be.at.least(before?.token ?? 0);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is always one that every host can read', () => {
    let longest = 0;
    fc.assert(
      fc.property(anyWorld, anySteps, ([count, waves_, back], steps) => {
        const world = new World(count, waves_, back);
        for (const one of steps) take(world, one);
        for (const { rollout } of world.written) {
          longest = Math.max(longest, ...rollout.reasons.map((text) => text.length));
          expect(parseRollout(JSON.stringify(rollout))).to.deep.equal(rollout);
        }
      }),
      { numRuns: 200 },
    );
    // The property is about something.
    expect(longest).to.equal(300);
  });

  it('ends once nothing breaks any more and operators decide what is held', () => {
    fc.assert(
      fc.property(anyWorld, anySteps, ([count, waves_, back], steps) => {
        const world = new World(count, waves_, back);
        for (const one of steps) take(world, one);
        expect(calm(world)).to.be.below(200);
      }),
      { numRuns: 500 },
    );
  });
});
