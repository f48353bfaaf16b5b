import { packRecord } from '../evidence/pack.ts';
import { summarizeEvidence, type Summarized } from '../evidence/summarize.ts';

/** What a host puts of its evidence: the same text as before while nothing is counted, however the time passes. */
export class EvidenceText {
  #counted = '';
  #text = '';

  of(what: Summarized): string {
    const record = summarizeEvidence(what);
    const { writtenAtMs: _, elapsedMs: __, ...counted } = record;
    const key = JSON.stringify(counted);
    if (key === this.#counted) return this.#text;
    this.#counted = key;
    this.#text = packRecord(record);
    return this.#text;
  }
}
