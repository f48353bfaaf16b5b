import type { Release } from '../../../lib/model/release.ts';
import { RunningMemory } from '../../../lib/evaluation/running-memory.ts';
import { Evaluation } from '../../../lib/evaluation/evaluation.ts';
import { REPORT, SAMPLE } from '../../lib/operator/report-view.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../default-settings.ts';
import { pairOf } from '../pairs.ts';

/* Valid files of a base, for parsers that get them damaged. */

const REASONS = [
  {
    code: 'operator',
    text: 'ann asked for it',
    endpoint: null,
    observed: 1,
    limit: 1,
    samples: [],
  },
];
const [one, two, three] = ['1.0.0', '1.0.1', '1.0.2'].map(releaseOf) as [Release, Release, Release];
const TARGET = { instance: 'shop-1.0.0/1_running', host: '127.0.0.1', port: 9401 };
const STEADY = {
  schema: 'vili.state/1',
  running: { release: one, phase: 'ready', target: TARGET },
  testing: null,
  incoming: null,
  promotion: null,
  previous: null,
  rejected: { release: two, reasons: REASONS },
  archiving: ['shop-0.9'],
  decided: ['a', 'b'],
};
const CANDIDATE = {
  release: two,
  phase: 'testing',
  crashes: 1,
  sinceMs: 100,
  begun: true,
  readySinceMs: 200,
  isClear: true,
  letDowns: 1,
};

/** States in the middle of everything. */
export const STATES: readonly object[] = [
  STEADY,
  {
    ...STEADY,
    rejected: null,
    testing: CANDIDATE,
    incoming: { ...CANDIDATE, release: three, phase: 'waiting' },
    accepted: [
      {
        version: two.name,
        fingerprint: 'b',
        name: '$.a',
        by: 'ann',
        at: '2026-01-01T00:00:00.000Z',
      },
    ],
  },
  {
    ...STEADY,
    rejected: null,
    testing: CANDIDATE,
    promotion: { phase: 'starting', by: 'ann', reasons: REASONS },
    paused: { by: 'ann', at: '2026-01-01T00:00:00.000Z' },
  },
  {
    ...STEADY,
    previous: { release: two, target: TARGET, untilMs: 5000, leftMs: 400 },
    rejected: null,
    outage: { sinceMs: 1, fault: 'own' },
    resume: { waitsFor: 'running', sinceMs: 3 },
  },
  {
    ...STEADY,
    rollback: {
      version: two.name,
      release: two,
      phase: 'starting',
      by: 'ann',
      reasons: REASONS,
      newer: ['c'],
    },
    rejected: null,
    superseded: ['c'],
    delays: { 'shop-1.0.0': 4 },
    shortDisk: 'no room',
  },
];

/** Which test the checkpoint is of. */
export const BUILD = { name: 'shop-1.0.1', fingerprint: 'b', sinceMs: 1_000_000 };
export const CHECKPOINT = checkpoint();
export const SAMPLE_FILE = SAMPLE;
export const REPORT_FILE = REPORT;
export const PID_RECORD = {
  schema: 'vili.servlet/1',
  id: 'shop-1.0.0/1_running',
  tag: '/base:shop:1',
  bootId: 'x',
  argv: ['node', 'shop.mjs'],
  port: 9401,
  stopTimeoutMs: 1000,
};

// Private

function releaseOf(version: string, at: number): Release {
  const name = `shop-${version}`;
  return {
    fileName: `${name}.jar`,
    name,
    version,
    extension: '.jar',
    fingerprint: 'abc'[at] ?? '',
  };
}

function checkpoint(): object {
  const settings = { verdict: DEFAULT_VERDICT_SETTINGS, nowMs: BUILD.sinceMs };
  const startUp = { errors: 1, example: 'ERROR at start', lines: 3 };
  const evaluation = Evaluation.begin(BUILD, settings, new RunningMemory(), startUp);
  evaluation.pairs([pairOf({ requestId: 'a', atMs: 10 }), pairOf({ requestId: 'b', atMs: 20 })]);
  return JSON.parse(JSON.stringify(evaluation.checkpoint())) as object;
}
