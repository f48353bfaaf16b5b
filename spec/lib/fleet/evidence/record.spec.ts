import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { ViliError } from '../../../../lib/errors.ts';
import { packRecord } from '../../../../lib/fleet/evidence/pack.ts';
import { readEvidence } from '../../../../lib/fleet/evidence/read.ts';
import { type EvidenceRecord, MAX_RECORD_BYTES } from '../../../../lib/fleet/evidence/record.ts';
import { summarizeEvidence } from '../../../../lib/fleet/evidence/summarize.ts';
import { ENDPOINT_COUNTS } from '../../../../lib/verdict/sharing/counts.ts';
import { evidenceOf, jsonOf, recordOf } from '../../../support/host-evidence.ts';
import { responseOf, ShadowRun, START_MS } from '../../../support/pairs.ts';

const NAMES = Array.from({ length: 400 }, (_, index) => `GET /a-rather-long-name/${index}/{id}`);

/** A busy test in which much goes wrong, on far more endpoints than fit. */
function busyRun(): ShadowRun {
  const run = new ShadowRun();
  run.feed(6000, 700, (index) => ({
    endpoint: NAMES[(index * 7) % NAMES.length] ?? '',
    testing: responseOf(index % 3 === 0 ? 500 : 200, 10 + (index % 5) * 40),
    running: responseOf(index % 4 === 0 ? 500 : 200, 10),
    baseline: { differs: index % 11 === 0 },
    differs: index % 5 === 0,
  }));
  return run;
}

function problemOf(text: string): string {
  try {
    readEvidence(text, 'web-1');
  } catch (error) {
    expect(error).to.be.instanceOf(ViliError);
    expect((error as ViliError).code).to.equal('VILI_FLEET_EVIDENCE');
    return (error as ViliError).message;
  }
  return '';
}

describe('The record of a host', () => {
  it('has at most 4 kB, and tells what did not fit', () => {
    const run = busyRun();
    const text = recordOf('web-1', run);
    expect(Buffer.byteLength(text)).to.be.within(3500, MAX_RECORD_BYTES);
    const { cut, counts } = readEvidence(text, 'web-1');
    expect(counts.endpoints.length + cut.endpoints).to.equal(NAMES.length);
    const told = counts.endpoints.reduce((sum, one) => sum + one.counts.pairs, 0);
    expect(told + cut.pairs).to.equal(6000);
    expect(cut.suspicious).to.be.above(0);
  }).timeout(60_000);

  it('tells first of the endpoints that have something against the version', () => {
    const run = new ShadowRun().feed(4000, 100, (index) => ({
      endpoint: NAMES[index % 400] ?? '',
      testing: responseOf(index % 400 === 150 && index > 2000 ? 500 : 200),
    }));
    const { cut, counts } = readEvidence(recordOf('web-1', run), 'web-1');
    expect(cut.suspicious).to.equal(0);
    expect(counts.endpoints[0]?.name).to.equal(NAMES[150]);
    expect(counts.endpoints[0]?.counts.worse).to.equal(5);
  }).timeout(60_000);

  it('tells of 50 endpoints that fail on both sides now and then, in 4 kB', () => {
    const run = new ShadowRun().feed(8000, 100, (index) => ({
      endpoint: NAMES[index % 50] ?? '',
      testing: responseOf(index % 13 === 0 ? 500 : 200),
      running: responseOf(index % 17 === 0 ? 500 : 200),
    }));
    const { cut, counts } = evidenceOf('web-1', run);
    expect(counts.endpoints).to.have.length(50);
    expect(cut.endpoints).to.equal(0);
  }).timeout(60_000);

  it('leaves out what the host has cleared before what it still holds, or what nothing outweighs', () => {
    const run = new ShadowRun().feed(30, 500);
    const nowMs = START_MS + run.nowMs;
    const own = run.verdict.counts(nowMs);
    const [any] = own.endpoints;
    if (any === undefined) throw new Error('no endpoint');
    const endpoints = Array.from({ length: 500 }, (_, rank) => {
      const name = `GET /${Math.sin(rank)}/{id}`;
      const worse = 7 + (rank % 89);
      const shapeWorse = rank === 497 ? 1 : 0;
      const counts = { ...any.counts, pairs: 1000 + 7 * rank, worse, shapeWorse };
      return { name, rank, counts, isHeld: rank >= 498 };
    });
    const told = { host: 'web-1', version: 'shop-1.5.0', nowMs, decision: 'collecting' } as const;
    const record = summarizeEvidence({ ...told, counts: { ...own, endpoints } });
    const { cut, counts } = readEvidence(packRecord(record), 'web-1');
    expect(cut.endpoints).to.be.above(100);
    expect(cut.suspicious).to.equal(0);
    expect(counts.endpoints.slice(0, 3).map(({ rank }) => rank)).to.have.members([497, 498, 499]);
  });

  it('is read as it was written', () => {
    const run = new ShadowRun().feed(700, 500, (index) => ({
      endpoint: NAMES[index % 6] ?? '',
      testing: responseOf(index % 50 === 0 ? 500 : 200),
    }));
    const { counts } = evidenceOf('web-1', run);
    const own = run.verdict.counts(START_MS + run.nowMs);
    expect(counts.totals).to.deep.equal(own.totals);
    expect(counts.elapsedMs).to.equal(own.elapsedMs);
    expect(counts.step).to.equal(own.step);
    expect(counts.burst.map(({ hits, misses }) => [hits, misses])).to.deep.equal(
      own.burst.map(({ hits, misses }) => [hits, misses]),
    );
    for (const { name, rank, counts: expected } of own.endpoints) {
      const found = counts.endpoints.find((one) => one.name === name);
      expect(found?.rank).to.equal(rank);
      for (const count of ENDPOINT_COUNTS) {
        const value = expected[count];
        // What is not whole is rounded down to a tenth.
        expect(found?.counts[count], count).to.be.within(value - 0.1, value);
      }
    }
    // Times are exchanged in tenths of a second.
    expect(counts.marks.pairedMarks.map(({ isWorse }) => isWorse)).to.deep.equal(
      own.marks.pairedMarks.map(({ isWorse }) => isWorse),
    );
    for (const [index, { atMs }] of own.marks.pairedMarks.entries()) {
      expect(counts.marks.pairedMarks[index]?.atMs).to.be.within(atMs - 100, atMs);
    }
  });

  it('says of a record that is not one what is wrong, its value and the rule', () => {
    const run = new ShadowRun().feed(30, 500);
    const good = JSON.parse(jsonOf('web-1', run)) as EvidenceRecord;
    const changed = (changes: object) => problemOf(JSON.stringify({ ...good, ...changes }));
    expect(problemOf(JSON.stringify(good))).to.equal('');
    for (const [changes, words] of [
      [{ schema: 'vili.fleet-evidence/9' }, /schema is "vili\.fleet-evidence\/9", it must be vili/],
      [{ host: '' }, /host is "", it must be a text of 1 to 255 characters/],
      [{ host: 'a\u001b[31m' }, /host is .*without control characters/],
      [{ decision: 'maybe' }, /decision is "maybe", it must be one of collecting/],
      [{ totals: [-1] }, /totals is -1, it must be a number of 0 to/],
      [{ totals: 'many' }, /totals is "many", it must be a list/],
      [{ totals: Array(500).fill(1) }, /the length of totals is 500, it must be at most/],
      [{ odds: null }, /odds is null, it must be a number/],
      [
        {
          endpoints: [
            ['GET /a', 1, 5],
            ['GET /a', 2, 5],
          ],
        },
        /endpoints\[1\]\[0\] is "GET \/a", it must be there once/,
      ],
      [{ endpoints: [['GET /\u0007', 1, 5]] }, /endpoints\[0\]\[0\] is .*control characters/],
      [
        { endpoints: [['GET /a', 1, 2, 0, 0, 0, 0, 0, 2, 1]] },
        /worse and better together in endpoints\[0\] is 3, it must be at most 2, its pairs/,
      ],
      [
        { totals: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] },
        /worse and better together in totals is 1, it must be at most 0, its pairs/,
      ],
      [{ burst: [[9999, 1]] }, /burst\[0\]\[0\] is 9999, it must be a whole number up to/],
      [{ marks: [[0]] }, /marks\[0\]\[0\] is 0, it must be a whole number that is not 0/],
      [{ objections: ['<b>'] }, /objections\[0\] is "<b>", it must be a code/],
      [{ step: 1e300 }, /step is 1e\+300, it must be a number of 0 to/],
    ] as const) {
      const problem = changed(changes);
      expect(problem).to.match(/^evidence of web-1: /);
      expect(problem).to.match(words);
    }
    expect(problemOf('{')).to.match(/it is .*, it must be JSON, deflated or not/);
    expect(problemOf('[]')).to.match(/it must be an object/);
    const bomb = deflateRawSync(Buffer.alloc(1_000_000, ' ')).toString('base64');
    expect(problemOf(bomb)).to.match(/it must be JSON, deflated or not/);
    expect(problemOf(' '.repeat(5000))).to.match(/its size is 5000, it must be at most 4096 bytes/);
  });

  it('throws nothing but that error, whatever was written', () => {
    const good = JSON.parse(jsonOf('web-1', new ShadowRun().feed(30, 500))) as object;
    const keys = Object.keys(good);
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        problemOf(JSON.stringify({ ...good, [key]: value }));
      }),
      { numRuns: 500 },
    );
    fc.assert(fc.property(fc.string(), (text) => problemOf(text) !== undefined));
  });

  it('has no times of day but its own, and no texts but names and codes', () => {
    const run = new ShadowRun().feed(30, 500, () => ({ testing: responseOf(500) }));
    const nowMs = START_MS + run.nowMs;
    run.verdict.newErrorKind(
      { signature: 'password hunter2', level: 'error', count: 1, example: 'password hunter2' },
      nowMs,
    );
    const record = summarizeEvidence({
      host: 'web-1',
      version: 'shop-1.5.0',
      nowMs,
      decision: 'collecting',
      counts: run.verdict.counts(nowMs),
    });
    expect(record.objections).to.include('new-error-kind');
    expect(JSON.stringify(record)).not.to.include('hunter2').and.not.to.include('request-');
  });
});
