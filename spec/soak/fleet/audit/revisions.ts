import type { Change } from '../../../../lib/fleet/engine/coordinator.ts';
import { parseHost, parseRollout } from '../../../../lib/fleet/rollout/parse.ts';
import { type HostRecord, isEnded, type Rollout } from '../../../../lib/fleet/rollout/records.ts';
import { type Keys, shortOf } from '../../../../lib/fleet/session/keys.ts';
import type { Wave } from '../../../../lib/model/promotion/wave.ts';
import { hasBegun, placesProblem, type Window, wavesProblem } from './places.ts';

/** How one rollout went, by its revisions. */
export interface RolloutCourse {
  readonly id: number;
  readonly version: string;
  /** `superseded` when a newer one took its place before it ended. */
  readonly end: Rollout['phase'] | 'superseded';
  readonly leaders: number;
  readonly gone: number;
}

export interface RevisionAudit {
  readonly problems: readonly string[];
  readonly rollouts: readonly RolloutCourse[];
  /** Leaders one after the other. */
  readonly leaders: number;
  /** The most hosts that were switching at one revision. */
  readonly switchingAtOnce: number;
  /** `HOST VERSION` of every host that was told to go. */
  readonly toldVersions: ReadonlySet<string>;
}

/**
 * Plays the revisions of a fleet again, in their order, and says what must not have happened: a write by who did not
 * lead, a token that went back, a host that went without being told, more hosts told than the wave has room for, a wave
 * that opened before the one before was over. `initial`: the version that hosts had at first.
 */
export function auditRevisions(
  changes: readonly Change[],
  { keys, waves, initial }: { keys: Keys; waves: readonly Wave[]; initial: string },
): RevisionAudit {
  const replay = new Replay(keys, waves, initial);
  for (const change of changes) replay.take(change);
  return replay.result();
}

// Private

class Replay {
  readonly #keys: Keys;
  readonly #waves: readonly Wave[];
  readonly #initial: string;
  readonly #hosts = new Map<string, HostRecord>();
  readonly #problems: string[] = [];
  /** By SHA-256, and by name. */
  readonly #told = new Set<string>();
  readonly #toldVersions = new Set<string>();
  readonly #went = new Set<string>();
  readonly #leaders = new Set<number>();
  readonly #rollouts = new Map<number, { last: Rollout; tokens: Set<number> }>();
  #leader: number | null = null;
  #rollout: Rollout | null = null;
  #window: Window = { mostHosts: 0, wereAway: new Set(), isHeld: false };
  #isHeld = false;
  /** What of a SHA-256 is in the keys of evidence on builds of which some has been put. */
  readonly #known = new Set<string>();
  #switchingAtOnce = 0;
  #revision = 0;

  constructor(keys: Keys, waves: readonly Wave[], initial: string) {
    this.#keys = keys;
    this.#waves = waves;
    this.#initial = initial;
  }

  take({ key, entry, revision }: Change): void {
    if (revision < this.#revision) this.#problem(revision, 'it came after a later one');
    this.#revision = revision;
    if (key === this.#keys.leader) {
      this.#leader = entry?.created ?? null;
      if (entry !== null) this.#leaders.add(entry.created);
    } else if (key === this.#keys.rollout) {
      if (entry === null) return this.#problem(revision, 'the rollout was deleted');
      const rollout = parseRollout(entry.value);
      if (rollout === null) return this.#problem(revision, 'the rollout cannot be read');
      this.#takeRollout(rollout, revision);
    } else if (key.startsWith(this.#keys.evidencePrefix)) {
      this.#known.add(key.slice(this.#keys.evidencePrefix.length).split('/')[0] ?? '');
    } else if (key === this.#keys.hold) {
      this.#isHeld = entry !== null;
      this.#window.isHeld &&= this.#isHeld;
    } else if (key.startsWith(this.#keys.host(''))) {
      this.#takeHost(key.slice(this.#keys.host('').length), entry?.value ?? null, revision);
    }
  }

  result(): RevisionAudit {
    const courses = [...this.#rollouts.values()];
    return {
      problems: this.#problems,
      leaders: this.#leaders.size,
      switchingAtOnce: this.#switchingAtOnce,
      toldVersions: this.#toldVersions,
      rollouts: courses.map(({ last, tokens }, at) => {
        const isSuperseded = at + 1 < courses.length && !isEnded(last);
        return {
          id: last.id,
          version: last.candidate.version,
          end: isSuperseded ? 'superseded' : last.phase,
          leaders: tokens.size,
          gone: Object.keys(last.assigned).length,
        };
      }),
    };
  }

  // Private

  #takeRollout(rollout: Rollout, revision: number): void {
    const before = this.#rollout;
    const { id, token, candidate, assigned } = rollout;
    if (this.#leader !== token) {
      this.#problem(revision, `token ${token} wrote, and the leader had ${this.#leader}`);
    }
    if (before !== null && token < before.token) {
      this.#problem(revision, `the token went back from ${before.token} to ${token}`);
    }
    if (id !== before?.id && id !== (before?.id ?? 0) + 1) {
      this.#problem(revision, `rollout ${id} follows ${before?.id ?? 'none'}`);
    }
    const scene = { hosts: this.#hosts, window: this.#window, waves: this.#waves };
    for (const problem of [
      placesProblem(before, rollout, scene),
      wavesProblem(before, rollout, scene),
      this.#groundsProblem(before, rollout),
    ]) {
      if (problem !== null) this.#problem(revision, problem);
    }
    for (const host of Object.keys(assigned)) {
      this.#told.add(`${host} ${candidate.sha256}`);
      this.#toldVersions.add(`${host} ${candidate.version}`);
    }
    const tokens = this.#rollouts.get(id)?.tokens ?? new Set<number>();
    this.#rollouts.set(id, { last: rollout, tokens: tokens.add(token) });
    this.#rollout = rollout;
    const away = rollout.members.filter((host) => !this.#hosts.has(host));
    this.#window = {
      mostHosts: this.#hosts.size,
      wereAway: new Set(away),
      isHeld: this.#isHeld,
    };
  }

  /** Vili lets hosts go by evidence on this very build, and rejects by it. */
  #groundsProblem(before: Rollout | null, after: Rollout): string | null {
    const { phase, candidate, decidedBy } = after;
    const isDecided = phase === 'waves' || phase === 'rejected';
    const isNew = before?.id !== after.id || before.phase === 'collecting';
    if (!isDecided || !isNew || decidedBy !== 'vili') return null;
    if (this.#known.has(shortOf(candidate.sha256))) return null;
    return `${candidate.version} is decided on (${phase}) before there is evidence on it`;
  }

  #takeHost(host: string, value: string | null, revision: number): void {
    const before = this.#hosts.get(host);
    if (value === null) {
      this.#hosts.delete(host);
      this.#window.wereAway.add(host);
      return;
    }
    const record = parseHost(value);
    if (record === null) return this.#problem(revision, `the record of ${host} cannot be read`);
    if (before?.instance === record.instance && record.token < before.token) {
      this.#problem(revision, `${host} obeyed token ${before.token}, and then ${record.token}`);
    }
    this.#hosts.set(host, record);
    this.#window.mostHosts = Math.max(this.#window.mostHosts, this.#hosts.size);
    const switching = [...this.#hosts.values()].filter(({ isSwitching }) => isSwitching).length;
    this.#switchingAtOnce = Math.max(this.#switchingAtOnce, switching);
    this.#judgeGoing(record, revision);
  }

  /** A host goes to a build once; it may come back to it later. */
  #judgeGoing(record: HostRecord, revision: number): void {
    for (const build of [record.running, record.testing]) {
      if (build === null || build.version === this.#initial || !hasBegun(record, build)) continue;
      const going = `${record.host} ${build.sha256}`;
      if (this.#went.has(going)) continue;
      this.#went.add(going);
      if (this.#told.has(going)) continue;
      this.#problem(revision, `${record.host} went to ${build.version}, and nobody had told it to`);
    }
  }

  #problem(revision: number, text: string): void {
    this.#problems.push(`revision ${revision}: ${text}`);
  }
}
