import { messageOf } from '../../errors.ts';
import type { VerdictSettings } from '../../verdict/settings.ts';
import { mergeEvidence, type SeenEvidence } from '../evidence/merge.ts';
import type { MergedVerdict } from '../evidence/merged.ts';
import { readEvidence } from '../evidence/read.ts';
import type { Build } from '../rollout/records.ts';
import type { SeenRecord } from '../session/fleet-view.ts';
import type { Judgement } from './judgement.ts';

/** Adding up the records of 200 hosts takes a while, and evidence comes every few seconds. */
const INTERVAL_MS = 1000;
const PROBLEMS_MAX = 10;

export interface JudgeOptions {
  readonly settings: () => VerdictSettings;
  /** Wall clock, ms, as records have it. */
  readonly wallNow: () => number;
  /** Steady, ms. */
  readonly now: () => number;
}

/** The verdict of all hosts on one build, as the leader adds it up: at most once a second. */
export class Judge {
  readonly #options: JudgeOptions;
  #of = '';
  #atMs = Number.NEGATIVE_INFINITY;
  #pending: MergedVerdict['pending'] = null;
  #judgement: Judgement | null = null;
  /** Records that were read, by their text. */
  #read = new Map<string, SeenEvidence | Error>();

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  /** `accepted`: what operators accepted of the build on any host. */
  judge(build: Build, records: readonly SeenRecord[], accepted: readonly string[]): Judgement {
    const { now, settings, wallNow } = this.#options;
    const isOther = this.#of !== build.sha256;
    if (!isOther && this.#judgement !== null && now() - this.#atMs < INTERVAL_MS) {
      return this.#judgement;
    }
    if (isOther) this.#pending = null;
    this.#of = build.sha256;
    this.#atMs = now();
    const found = this.#readAll(records, build);
    const problems = found.flatMap((one) => (one instanceof Error ? [one.message] : []));
    try {
      const verdict = settings();
      const context = { verdict, nowMs: wallNow(), pending: this.#pending, accepted };
      const merged = mergeEvidence(found.filter(isEvidence), context);
      this.#pending = merged.pending;
      const judgement = isInconclusive(found.filter(isEvidence), merged)
        ? { ...judgementOf(merged), ...INCONCLUSIVE }
        : judgementOf(merged);
      this.#judgement = { ...judgement, problems: problems.slice(0, PROBLEMS_MAX) };
    } catch (error) {
      // Whatever one host wrote, another leader would meet it, too: nothing is decided, and people are told.
      problems.unshift(`the evidence cannot be added up: ${messageOf(error)}`);
      this.#judgement = { ...NOTHING, problems: problems.slice(0, PROBLEMS_MAX) };
    }
    return this.#judgement;
  }

  /** Another leader may have judged meanwhile: a rejection is confirmed anew. */
  forget(): void {
    this.#of = '';
    this.#pending = null;
    this.#judgement = null;
  }

  // Private

  #readAll(records: readonly SeenRecord[], build: Build): readonly (SeenEvidence | Error)[] {
    const read = new Map<string, SeenEvidence | Error>();
    for (const record of records) {
      const known = this.#read.get(record.text);
      read.set(record.text, known ?? readOne(record, build));
    }
    this.#read = read;
    return [...read.values()];
  }
}

// Private

const NOTHING: Judgement = {
  decision: 'collecting',
  pairs: 0,
  progress: 0,
  reasons: [],
  missing: [],
  hosts: [],
  problems: [],
};

const INCONCLUSIVE = {
  decision: 'reject',
  reasons: [
    {
      text: 'all hosts together had too little evidence until verdict.deadline: a version that is not known to be good is not promoted.',
      hosts: [],
    },
  ],
} as const;

/** Every host has waited as long as it may. */
function isInconclusive(evidence: readonly SeenEvidence[], merged: MergedVerdict): boolean {
  if (merged.decision !== 'collecting' || evidence.length === 0) return false;
  return evidence.every(({ decision }) => decision === 'inconclusive');
}

function judgementOf(merged: MergedVerdict): Omit<Judgement, 'problems'> {
  const { decision, pairs, progress, missing } = merged;
  return {
    decision,
    pairs,
    progress,
    reasons: merged.reasons.map(({ text, hosts }) => ({ text, hosts })),
    missing,
    hosts: merged.hosts.map(({ host, oddsWorse, ...one }) => ({
      host,
      pairs: one.pairs,
      oddsWorse,
    })),
  };
}

function isEvidence(one: SeenEvidence | Error): one is SeenEvidence {
  return !(one instanceof Error);
}

function readOne({ host, text, ...seen }: SeenRecord, build: Build): SeenEvidence | Error {
  try {
    const evidence = readEvidence(text, host);
    if (evidence.host !== host || evidence.version !== build.version) {
      return new Error(
        `the evidence of ${host} is that of ${evidence.host} on ${evidence.version}`,
      );
    }
    return { ...evidence, ...seen };
  } catch (error) {
    return new Error(messageOf(error));
  }
}
