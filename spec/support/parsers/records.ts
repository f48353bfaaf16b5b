import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { compareVersions } from '../../../lib/base/names/version-order.ts';
import { openHistory } from '../../../lib/base/state/history.ts';
import { readNoise } from '../../../lib/compare/noise/saved.ts';
import { planAct } from '../../../lib/deployment/acts.ts';
import type { Rules } from '../../../lib/deployment/events.ts';
import { parseDeployment } from '../../../lib/deployment/parse.ts';
import { resync } from '../../../lib/deployment/start/resync.ts';
import { NOTHING_DEPLOYED, protectedNames } from '../../../lib/deployment/state.ts';
import { transition } from '../../../lib/deployment/transition.ts';
import { outageView } from '../../../lib/deployment/outage/takeover.ts';
import { attempt } from '../../../lib/errors.ts';
import { Evaluation } from '../../../lib/evaluation/evaluation.ts';
import { parseReport } from '../../../lib/evaluation/report/files.ts';
import { parseSample } from '../../../lib/evaluation/samples/sample-store.ts';
import { readPidRecords } from '../../../lib/servlet/process/pid-records.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../default-settings.ts';
import { damaged, damagedTexts } from './inputs.ts';
import { hasCode, must, type Parser } from './parser.ts';
import { BUILD, CHECKPOINT, PID_RECORD, REPORT_FILE, SAMPLE_FILE, STATES } from './saved.ts';

const RULES: Rules = {
  nowMs: 5000,
  wallMs: 1_700_000_000_000,
  probationMs: 1000,
  testingCrashesMax: 2,
  takeover: { afterMs: 2000, readyMs: 300, isManual: false },
  comparedMs: null,
  isRollbackManual: false,
  compareVersions,
};
const ENTRY = {
  at: '2026-01-01T00:00:00.000Z',
  event: 'arrived',
  version: 'shop-1',
  by: 'vili',
  reasons: ['a'],
};
const NOISE = [
  {
    endpoint: 'GET /a',
    asked: 3,
    fields: [{ kind: 'value', path: '$.at', seen: 2, running: '1', again: '2' }],
  },
];

/** What is accepted is gone on with, as after a start: a state that ends Vili would do so at each start. */
const state: Parser<unknown> = {
  name: 'the state file, and what follows from it',
  inputs: damaged(...STATES),
  parse: (data) => {
    const saved = parseDeployment(JSON.parse(JSON.stringify(data) ?? 'null'), 'shop');
    const adopted = { running: null, testing: null };
    const boot = { type: 'booted', saved, adopted, files: [] } as const;
    let { state: now } = transition(NOTHING_DEPLOYED, boot, RULES);
    for (const event of [{ type: 'tick' }, { type: 'disk', problem: null }] as const) {
      now = transition(now, event, RULES).state;
    }
    resync(now);
    for (const name of protectedNames(now)) must(!/[/\0]/.test(name), `${name} is no name`);
    outageView(now, RULES);
    const act = { version: null, by: 'a', reason: '', release: null } as const;
    for (const kind of ['promote', 'reject', 'retest', 'pause', 'resume'] as const) {
      const { event } = planAct(now, { kind, ...act }, RULES);
      if (event !== null) transition(now, event, RULES);
    }
    must(JSON.stringify(now).length < 1_000_000, 'the state is out of proportion');
  },
  mayThrow: hasCode('VILI_STATE_INVALID'),
};

const history: Parser<string> = {
  name: 'the history',
  inputs: fc.array(damagedTexts(ENTRY), { maxLength: 4 }).map((lines) => lines.join('\n')),
  parse: async (text, folder) => {
    const file = join(folder, 'history.jsonl');
    writeFileSync(file, text);
    const entries = await openHistory(file, 1000).read(1000);
    must(entries.length <= text.split('\n').length, 'it has more entries than lines');
    for (const { event, reasons } of entries)
      must(event.length >= 0 && reasons.length >= 0, 'no entry');
  },
};

const checkpoints: Parser<unknown> = {
  name: 'checkpoints of the evidence',
  inputs: damaged(CHECKPOINT),
  parse: (data) => {
    const saved: unknown = JSON.parse(JSON.stringify(data) ?? 'null');
    const settings = { verdict: DEFAULT_VERDICT_SETTINGS, nowMs: 2_000_000 };
    const evaluation = Evaluation.resume(BUILD, settings, saved);
    if (evaluation === null) return;
    evaluation.decide(2_001_000);
    must(JSON.stringify(evaluation.checkpoint()).length < 1_000_000, 'out of proportion');
  },
  mayThrow: hasCode('VILI_VERDICT_CHECKPOINT'),
};

const noise: Parser<string> = {
  name: 'learned noise',
  inputs: damagedTexts(NOISE),
  parse: (text) => must(readNoise(text).length <= text.length, 'out of proportion'),
};

const samples: Parser<string> = {
  name: 'samples and reports',
  inputs: damagedTexts(SAMPLE_FILE, REPORT_FILE),
  parse: (text) => {
    const sample = parseSample(text);
    must(sample === null || typeof sample.id === 'string', 'a sample without an id');
    const report = parseReport(text);
    must(report === null || Array.isArray(report.reasons), 'a report without reasons');
  },
};

const pidRecords: Parser<readonly [string, string]> = {
  name: 'records of processes',
  inputs: fc.tuple(
    damagedTexts(PID_RECORD),
    fc.constantFrom('', '12 (sleep) S 1 1 1', '1 (a) S', '\0', '999999999999 (a) S 1 1 1'),
  ),
  parse: ([record, stat], folder) => {
    writeFileSync(join(folder, 'a.json'), record);
    writeFileSync(join(folder, 'a.stat'), stat);
    const { entries, unreadable } = readPidRecords(folder);
    must(entries.length + unreadable.length === 1, 'a record is neither read nor reported');
    for (const { leader } of entries) must(leader === null || leader.pid > 0, 'no pid');
    must((unreadable[0]?.reason.length ?? 0) < 1000, 'the reason is not bounded');
    must(
      attempt(() => entries.every(({ record: it }) => it.tag !== ''), false),
      'no tag',
    );
  },
};

export const RECORD_PARSERS = { state, history, checkpoints, noise, samples, pidRecords };
