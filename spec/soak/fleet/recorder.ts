import type { Change, Entry } from '../../../lib/fleet/engine/coordinator.ts';
import { EtcdCoordinator } from '../../../lib/fleet/engine/etcd/etcd.ts';
import { FleetView } from '../../../lib/fleet/session/fleet-view.ts';
import { keysOf } from '../../../lib/fleet/session/keys.ts';
import { eventually } from '../../support/eventually.ts';

const CAUGHT_UP_LIMIT_MS = 60_000;
const AGAIN_MS = 500;

/** Everything that ever changed below the prefix of a fleet, from the first revision on, and what is there now. */
export class Recorder {
  readonly changes: Change[] = [];
  readonly view: FleetView;
  readonly #prefix: string;
  readonly #evidencePrefix: string;
  readonly #coordinator: EtcdCoordinator;
  readonly #entries = new Map<string, Entry>();
  #after = 0;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(fleet: string, endpoints: readonly string[]) {
    const keys = keysOf(fleet);
    this.#prefix = `/vili/${fleet}/`;
    this.#evidencePrefix = keys.evidencePrefix;
    this.view = new FleetView(keys, Date.now);
    this.#coordinator = new EtcdCoordinator({ endpoints, user: '', password: '', ca: null });
    this.#begin();
  }

  /** Resolves when nothing is missing of what had happened when it was called. */
  async caughtUp(): Promise<void> {
    const { revision } = await this.#coordinator.get(this.#prefix);
    const isThere = (): boolean => this.#after >= revision;
    await eventually(`all changes up to revision ${revision}`, isThere, CAUGHT_UP_LIMIT_MS);
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#coordinator.close();
  }

  // Private

  #begin(): void {
    this.#coordinator.watch(this.#prefix, this.#after, {
      changed: (changes) => this.#take(changes),
      lost: () => {
        if (!this.#isOver) this.#timer = setTimeout(() => this.#begin(), AGAIN_MS);
      },
    });
  }

  #take(changes: readonly Change[]): void {
    for (const { key, entry, revision } of changes) {
      const isEvidence = key.startsWith(this.#evidencePrefix);
      // Of the evidence it is enough to know that there was some.
      const kept = entry === null || !isEvidence ? entry : { ...entry, value: '' };
      this.changes.push({ key, entry: kept, revision });
      if (kept === null) this.#entries.delete(key);
      else this.#entries.set(key, kept);
      this.#after = revision;
    }
    this.view.update(this.#entries);
  }
}
