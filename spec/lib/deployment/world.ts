import { expect } from 'chai';
import type { Command, DeploymentEvent, Rules } from '../../../lib/deployment/events.ts';
import {
  type Deployment,
  NOTHING_DEPLOYED,
  protectedNames,
} from '../../../lib/deployment/state.ts';
import { transition } from '../../../lib/deployment/transition.ts';
import type { Target } from '../../../lib/model/exchange.ts';
import type { PromotionStep, UserShare } from '../../../lib/model/promotion/user-share.ts';
import type { Reason } from '../../../lib/model/reason.ts';
import type { Release } from '../../../lib/model/release.ts';
import type { Role } from '../../../lib/model/role.ts';
import type { DownCause } from '../../../lib/model/servlet-facts.ts';

export const PROBATION_MS = 1000;
/** When a testing version takes over from a dead running one, ms. */
export const TAKEOVER = { afterMs: 2000, readyMs: 300, isManual: false };

export function release(version: number, build = 1): Release {
  const name = `shop-${version}`;
  const fingerprint = `${name}#${build}`;
  return { fileName: `${name}.jar`, name, version: `${version}`, extension: '.jar', fingerprint };
}

export function reason(text: string): Reason {
  return { code: 'test', endpoint: null, text, observed: 1, limit: 0, samples: [] };
}

/** Everything around the state machine, simulated: servlets, links, folders, the route, restarts. */
export class World {
  state: Deployment = NOTHING_DEPLOYED;
  saved: Deployment | null = null;
  nowMs = 0;
  isManual = false;
  isRollbackManual = false;
  promotionClosed: Rules['promotionClosed'] = null;
  /** Null: nothing is compared on probation. */
  comparedMs: number | null = null;
  /** The version that users' copies go to while another is on probation. */
  comparedWith: string | null = null;
  readonly servlets = new Map<string, { target: Target; ready: boolean }>();
  readonly files = new Map<string, Release>();
  readonly folders = new Set<string>();
  readonly links = new Map<Role, string>();
  readonly duties = new Map<string, string>();
  readonly pending: DeploymentEvent[] = [];
  readonly history: Extract<Command, { type: 'record' }>[] = [];
  readonly evaluated: Extract<Command, { type: 'evaluate' }>[] = [];
  route: Target | null = null;
  /** How versions are promoted by themselves; empty: whole. */
  steps: readonly PromotionStep[] = [];
  share: UserShare | null = null;
  mirror: string | null = null;
  #ports = 0;

  boot(): void {
    this.servlets.clear();
    this.pending.length = 0;
    this.mirror = null;
    this.comparedWith = null;
    this.share = null;
    const files = [...this.files.values()].sort((a, b) => Number(a.version) - Number(b.version));
    const adopted = { running: null, testing: null };
    this.tell({ type: 'booted', saved: this.saved, adopted, files });
    for (const file of files) {
      this.pending.push({ type: 'arrived', release: file, foundAtStart: true });
    }
  }

  tell(event: DeploymentEvent): void {
    const step = transition(this.state, event, this.rules());
    this.state = step.state;
    this.saved = step.state;
    for (const command of step.commands) this.#carryOut(command);
    this.#check();
  }

  /** Vili is killed when this event's new state is saved, but nothing of it is carried out yet. */
  dieAfterSaving(event: DeploymentEvent): void {
    this.saved = transition(this.state, event, this.rules()).state;
    this.boot();
  }

  /** The same for the n-th pending thing. */
  dieDuring(n: number): void {
    const event = this.pending[n % Math.max(1, this.pending.length)];
    if (event !== undefined) this.dieAfterSaving(event);
  }

  drop(version: number, build: number): void {
    const file = release(version, build);
    this.files.set(file.name, file);
    this.pending.push({ type: 'arrived', release: file, foundAtStart: false });
  }

  /** Anna asks for it; the file is what it is now, or the one rejected last. */
  retest(name: string): void {
    const { rejected } = this.state;
    const found = rejected?.release.name === name ? rejected.release : this.files.get(name);
    if (found === undefined) return;
    this.tell({ type: 'retest', release: found, by: 'anna', reasons: [reason('asked')] });
  }

  /** Evidence says so of this version, whatever it is now. */
  worse(version: number): void {
    const reasons = [reason('500 instead of 200')];
    this.tell({ type: 'worse-on-probation', name: `shop-${version}`, by: 'vili', reasons });
  }

  /** Anna takes users back; what the archive had is unpacked as long as that is good. */
  goBack(version: number): void {
    const reasons = [reason('asked')];
    this.tell({ type: 'roll-back', version: `shop-${version}`, by: 'anna', reasons });
  }

  /** The n-th pending thing happens. */
  happen(n: number, good: boolean): void {
    const [event] = this.pending.splice(n % Math.max(1, this.pending.length), 1);
    if (event === undefined) return;
    if (event.type === 'staged' && !good) {
      // No space, say: its version actor tries again.
      this.pending.push(event);
      const { name } = event;
      this.tell({ type: 'stage-failed', name, problem: 'ENOSPC', fault: 'place' });
      return;
    }
    if (event.type === 'restored') {
      const { name } = event.release;
      if (!good) return this.tell({ type: 'not-restored', name, problem: 'the zip is damaged' });
      this.folders.add(name);
    }
    if (event.type === 'servlet-ready') {
      const key = `${event.name} ${event.role}`;
      const servlet = this.servlets.get(key);
      if (servlet?.target.instance !== event.target.instance) return;
      if (!good) return this.crash(key);
      servlet.ready = true;
    }
    this.tell(event);
  }

  crash(key: string, cause: DownCause = 'crashed'): void {
    const servlet = this.servlets.get(key);
    if (servlet === undefined) return;
    this.servlets.delete(key);
    const [name, role] = key.split(' ') as [string, Role];
    this.tell({ type: 'servlet-down', name, role, problem: 'exited with code 1', cause });
    // The version actor starts a servlet again unless it had to stop it meanwhile.
    const wanted = this.#wants(name, role);
    if (wanted && !this.servlets.has(key)) this.#start(name, role);
  }

  settle(): void {
    for (let i = 0; i < 500 && this.pending.length > 0; i++) this.happen(0, true);
    expect(this.pending, 'events that never end').to.have.length(0);
  }

  rules(): Rules {
    return {
      nowMs: this.nowMs,
      wallMs: this.nowMs,
      probationMs: PROBATION_MS,
      comparedMs: this.comparedMs,
      isRollbackManual: this.isRollbackManual,
      promotionClosed: this.promotionClosed ?? null,
      inSteps: { steps: this.steps, key: null, salt: `salt ${this.nowMs}` },
      testingCrashesMax: 2,
      takeover: { ...TAKEOVER, isManual: this.isManual },
      compareVersions: (a, b) => Number(a) - Number(b),
    };
  }

  #wants(name: string, role: Role): boolean {
    const { running, previous, testing, incoming, promotion } = this.state;
    if (role === 'testing') return [testing, incoming].some((it) => it?.release.name === name);
    const { rollback } = this.state;
    if (rollback?.phase === 'starting' && rollback.version === name) return true;
    const isUnderWay = promotion !== null && promotion.phase !== 'stopping-test';
    const promoting = isUnderWay && testing?.release.name === name;
    return promoting || [running, previous].some((it) => it?.release.name === name);
  }

  #start(name: string, role: Role): void {
    const instance = `${name}/${++this.#ports}_${role}`;
    const target = { instance, host: '127.0.0.1', port: this.#ports };
    this.servlets.set(`${name} ${role}`, { target, ready: false });
    this.pending.push({ type: 'servlet-ready', name, role, target });
  }

  #carryOut(command: Command): void {
    switch (command.type) {
      case 'stage':
        this.folders.add(command.release.name);
        this.pending.push({ type: 'staged', name: command.release.name });
        return;
      case 'start': {
        const { name } = command.release;
        const servlet = this.servlets.get(`${name} ${command.role}`);
        if (servlet === undefined) this.#start(name, command.role);
        else if (servlet.ready) {
          const { target } = servlet;
          this.pending.push({ type: 'servlet-ready', name, role: command.role, target });
        }
        return;
      }
      case 'stop':
        if (command.role === 'running') this.#left(command.name);
        this.servlets.delete(`${command.name} ${command.role}`);
        this.pending.push({ type: 'servlet-stopped', name: command.name, role: command.role });
        return;
      case 'retire':
        this.#left(command.name);
        this.servlets.delete(`${command.name} running`);
        this.servlets.delete(`${command.name} testing`);
        this.pending.push({ type: 'retired', name: command.name });
        return;
      case 'archive':
        expect(protectedNames(this.state), 'archived while needed').not.to.include(command.name);
        // Vili was killed before its link moved on: the archivist tries again.
        if ([...this.links.values()].includes(command.name)) {
          this.pending.push({ type: 'retired', name: command.name });
          return;
        }
        this.folders.delete(command.name);
        this.pending.push({ type: 'archived', name: command.name });
        return;
      case 'restore': {
        const found = release(Number(command.name.slice('shop-'.length)));
        const isUnpacked = !this.folders.has(command.name);
        const [above, below] = [command.name, command.below ?? ''].map((name) =>
          Number(name.slice('shop-'.length)),
        ) as [number, number];
        const newer = [...this.files.values()]
          .filter(({ version }) => Number(version) > above && Number(version) < below)
          .map(({ fingerprint }) => fingerprint);
        this.pending.push({ type: 'restored', release: found, isUnpacked, newer });
        return;
      }
      case 'route':
        this.route = command.target;
        return;
      case 'share':
        this.share = command.share;
        return;
      case 'role':
        this.duties.set(command.name, command.duty);
        return;
      case 'link':
        this.links.set(command.role, command.name);
        return;
      case 'unlink-test':
        this.links.delete('testing');
        return;
      case 'mirror':
        this.mirror = command.against === undefined ? command.name : null;
        this.comparedWith = command.against ?? null;
        return;
      case 'mirror-off':
        this.mirror = null;
        this.comparedWith = null;
        return;
      case 'record':
        this.history.push(command);
        return;
      case 'evaluate':
        this.evaluated.push(command);
        return;
      case 'evaluate-off':
      case 'probation':
      case 'announce-switch':
        return;
    }
  }

  /** Users have left a servlet before it is stopped. */
  #left(name: string): void {
    const target = this.servlets.get(`${name} running`)?.target ?? null;
    if (target === null || this.share === null) return;
    expect(this.share.target.instance, 'stopped with users').not.to.equal(target.instance);
  }

  #check(): void {
    const { running, testing, promotion } = this.state;
    if (this.share !== null) {
      const servlet = this.servlets.get(`${testing?.release.name} running`);
      expect(promotion?.phase, 'a share outside of steps').to.equal('stepping');
      expect(this.share.target.instance).to.equal(servlet?.target.instance);
      expect(servlet?.ready, 'users of a share are sent to a servlet that is not ready').to.equal(
        true,
      );
    }
    if (this.files.size > 0 && this.history.length > 0) expect(running).not.to.equal(null);
    if (this.route !== null) {
      const name = running?.release.name;
      const servlet = this.servlets.get(`${name} running`);
      expect(this.route.instance, 'users are sent to a servlet that is not running').to.equal(
        servlet?.target.instance,
      );
      expect(servlet?.ready).to.equal(true);
    }
    if (this.mirror !== null) {
      expect(promotion).to.equal(null);
      expect(this.mirror).to.equal(testing?.release.name);
      expect(testing?.phase).to.equal('testing');
    }
    if (this.comparedWith !== null) {
      expect(this.comparedWith, 'copies go to previous').to.equal(
        this.state.previous?.release.name,
      );
      expect(this.state.previous?.isCompared).to.equal(true);
      expect(promotion).to.equal(null);
      expect([testing?.phase, 'waiting']).to.include('waiting');
    }
    for (const entry of this.history) {
      if (
        ['rejected', 'refused', 'delayed', 'crashed', 'rolled-back', 'promoted'].includes(
          entry.event,
        )
      ) {
        expect(entry.reasons.length, `${entry.event} without a reason`).to.be.greaterThan(0);
      }
    }
  }
}

/** A world in which the newest of these versions serves. */
export function worldWith(...versions: number[]): World {
  const world = new World();
  for (const version of versions) world.drop(version, 1);
  world.pending.length = 0;
  world.boot();
  world.settle();
  return world;
}

/** The verdict lets this version go live. */
export function promote(world: World, version: number, by = 'vili'): void {
  const name = `shop-${version}`;
  world.tell({ type: 'verdict', name, decision: 'promote', by, reasons: [reason('seen')] });
}
