import type { PairOutcome } from '../../compare/outcome.ts';
import { BoundedMap } from '../../model/bounded-map.ts';
import type { TrafficObservation } from '../../model/exchange.ts';
import { UserHistory } from '../../verdict/unpaired/control/history.ts';
import type { UserResponse } from '../../verdict/unpaired/kinds.ts';
import type { UnpairedReport } from '../../verdict/unpaired/reasons.ts';
import { Unpaired, type UnpairedSettings } from '../../verdict/unpaired/unpaired.ts';

/** Running and previous, and one that was rolled back. */
const HISTORIES_MAX = 3;
/** Of an endpoint or a client: a trusted proxy may name clients at any length. */
const LONGEST_NAME = 500;

/** Of a pair whose `running` is the version before. */
type CopyOutcome = Pick<PairOutcome, 'endpoint' | 'requestId' | 'atMs' | 'running'>;

/** The version on probation, or with a share of the users, and the one it is compared with. */
export interface OnProbation {
  readonly version: string;
  readonly previous: string;
  /** The share of the users that the version has, 0 to 1, while the others have that one; absent: it has all. */
  readonly share?: number;
}

/** How a version does by what users get. */
export type UserReport = UnpairedReport &
  OnProbation & {
    /** Of the requests of all users since its share is as large as it is; null while there were none. */
    readonly requestShare: number | null;
  };

interface Trial {
  readonly of: OnProbation;
  readonly verdict: Unpaired;
  /** Responses since its share is as large as it is. */
  own: number;
  others: number;
}

/**
 * What users get, by the version that served them: the history of each, and the judgement on the one that is on
 * probation. Bounded: three versions, and what `Unpaired` keeps of one.
 */
export class UserEvidence {
  readonly #settings: () => UnpairedSettings;
  readonly #histories = new BoundedMap<string, UserHistory>(HISTORIES_MAX);
  #trial: Trial | null = null;

  constructor(settings: () => UnpairedSettings) {
    this.#settings = settings;
  }

  /** Takes in what users got; `endpointOf` names what they asked for. */
  observed(
    batch: readonly TrafficObservation[],
    endpointOf: (method: string, path: string, operation: string) => string,
  ): void {
    for (const it of batch) {
      const { endpointMethod, path, operation, atMs, ms, status, failure, instance } = it;
      const client = it.client.slice(0, LONGEST_NAME);
      const version = versionOf(instance);
      const endpoint = endpointOf(endpointMethod, path, operation).slice(0, LONGEST_NAME);
      const response: UserResponse = { endpoint, client, atMs: atMs + ms, status, failure, ms };
      const trial = this.#trial;
      if (trial?.of.share !== undefined && trial.of.previous === version) {
        // What was before the share began stays apart from what the others get meanwhile.
        trial.verdict.control(response);
        trial.others++;
      } else this.#historyOf(version).responded(response);
      if (trial?.of.version === version) {
        trial.verdict.trial(response);
        trial.own++;
      }
    }
  }

  /**
   * The version before responded to copies of what users sent: trouble that it shares is no reason. Each copy stands for
   * a client of its own.
   */
  copied(outcomes: readonly CopyOutcome[]): void {
    for (const { endpoint, requestId, atMs, running } of outcomes) {
      const { status, failure, ms } = running;
      const client = requestId.slice(0, LONGEST_NAME);
      this.#trial?.verdict.control({ endpoint, client, atMs: atMs + ms, status, failure, ms });
    }
  }

  /** Who is on probation, or has a share of the users, now; null: nobody. The judgement of a version begins once, with the first such call. */
  onProbation(now: OnProbation | null, nowMs: number): void {
    if (now === null) {
      this.#trial = null;
      return;
    }
    const before = this.#trial;
    if (before?.of.version === now.version && before.of.previous === now.previous) {
      // More users, or all, have followed those of the share: what was seen of it still counts.
      if (before.of.share !== now.share) this.#trial = { ...before, of: now, own: 0, others: 0 };
      return;
    }
    const history = this.#historyOf(now.previous);
    const verdict = new Unpaired(this.#settings(), nowMs, history);
    this.#trial = { of: now, verdict, own: 0, others: 0 };
  }

  /** How the version on probation does; null: there is none. */
  report(nowMs: number): UserReport | null {
    if (this.#trial === null) return null;
    const { of, verdict, own, others } = this.#trial;
    verdict.advance(nowMs);
    const requestShare = own + others === 0 ? null : own / (own + others);
    return { ...of, ...verdict.report(), requestShare };
  }

  /** Whether it is worse, at much less cost than a report. */
  isWorse(nowMs: number): boolean {
    this.#trial?.verdict.advance(nowMs);
    return this.#trial?.verdict.isWorse === true;
  }

  /** The histories as plain JSON. A judgement begins anew after a restart, against the same history. */
  checkpoint(): unknown {
    return [...this.#histories.entries()].map(([version, history]) => {
      history.close();
      return { version, history: history.checkpoint() };
    });
  }

  /** @throws ViliError `VILI_VERDICT_CHECKPOINT` naming the field that is not as it should be. */
  restore(data: unknown): void {
    if (!Array.isArray(data)) return;
    for (const one of data.slice(-HISTORIES_MAX) as { version?: unknown; history?: unknown }[]) {
      if (typeof one?.version !== 'string') continue;
      this.#histories.set(one.version, UserHistory.restore(one.history));
    }
  }

  // Private

  #historyOf(version: string): UserHistory {
    let history = this.#histories.use(version);
    if (history === undefined) {
      history = new UserHistory();
      this.#histories.set(version, history);
    }
    return history;
  }
}

// Private

/** `inventory-1.4.2/1_running` is one of `inventory-1.4.2`. */
function versionOf(instance: string): string {
  const end = instance.lastIndexOf('/');
  return end < 0 ? instance : instance.slice(0, end);
}
