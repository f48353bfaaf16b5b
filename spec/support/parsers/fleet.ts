import * as fc from 'fast-check';
import { mergeEvidence } from '../../../lib/fleet/evidence/merge.ts';
import { readEvidence } from '../../../lib/fleet/evidence/read.ts';
import { MAX_RECORD_BYTES } from '../../../lib/fleet/evidence/record.ts';
import { ENDPOINT_COUNTS, TOTAL_COUNTS } from '../../../lib/verdict/sharing/counts.ts';
import { jsonOf, mergeAt } from '../host-evidence.ts';
import { responseOf, ShadowRun } from '../pairs.ts';
import { damagedTexts } from './inputs.ts';
import { hasCode, must, type Parser } from './parser.ts';

const MERGED_MAX_CHARACTERS = 100_000;
const AT_MS = 100_000;
const GOOD = jsonOf('web-1', new ShadowRun().feed(60, 500));
const BAD = jsonOf(
  'web-2',
  new ShadowRun().feed(80, 500, (index) => ({
    endpoint: `GET /${index % 4}`,
    testing: responseOf(index % 3 === 0 ? 500 : 200, 10 + (index % 5) * 40),
    running: responseOf(index % 9 === 0 ? 500 : 200),
    baseline: { differs: index % 11 === 0 },
    differs: index % 5 === 0,
  })),
);

const COUNTED_MAX = 30;

/** Counts that say nothing together, such as failures without requests. */
const contradictory = fc
  .record({ totals: countsOf(TOTAL_COUNTS.length), endpoint: countsOf(ENDPOINT_COUNTS.length) })
  .map(({ totals, endpoint }) => {
    const changes = { totals, endpoints: [['GET /a', 1, ...endpoint]] };
    return JSON.stringify({ ...(JSON.parse(GOOD) as object), ...changes });
  });

/** What is accepted is added up with that of another host, as a leader does it. */
const hostEvidence: Parser<string> = {
  name: 'evidence of another host, and the verdict that it is added to',
  inputs: fc.oneof(
    damagedTexts(JSON.parse(GOOD) as object, JSON.parse(BAD) as object),
    contradictory,
  ),
  parse: (text) => {
    const evidence = readEvidence(text, 'web-1');
    must(Buffer.byteLength(text) <= MAX_RECORD_BYTES, 'it is read although it is too long');
    for (const others of [[], [readEvidence(GOOD, 'web-3')]]) {
      const merged = mergeEvidence([evidence, ...others], mergeAt(AT_MS));
      for (const { text: said, observed, limit } of merged.reasons) {
        must(Number.isFinite(observed) && Number.isFinite(limit), `not finite: ${said}`);
      }
      must(merged.progress >= 0 && merged.progress <= 1, `the progress is ${merged.progress}`);
      must(merged.pairs >= 0 && Number.isFinite(merged.pairs), `there are ${merged.pairs} pairs`);
      must(JSON.stringify(merged).length <= MERGED_MAX_CHARACTERS, 'out of proportion');
    }
  },
  mayThrow: hasCode('VILI_FLEET_EVIDENCE'),
};

export const FLEET_PARSERS = { hostEvidence };

// Private

function countsOf(length: number): fc.Arbitrary<number[]> {
  const count = fc.oneof(fc.constant(0), fc.nat(COUNTED_MAX));
  return fc.array(count, { minLength: 1, maxLength: length });
}
