import type { Sample } from '../../../lib/compare/sample/sample.ts';
import type {
  IgnoreRequest,
  IgnoreView,
  ReplayRequest,
  ReplayView,
} from '../../../lib/operator/views/act-views.ts';
import type { VersionsView } from '../../../lib/operator/views/versions-view.ts';
import type { CourseView } from '../../../lib/evaluation/course/view.ts';
import type { Report } from '../../../lib/evaluation/report/report.ts';
import { Series, type SeriesView, type WindowName } from '../../../lib/metrics/series/series.ts';
import type { ActorTree } from '../../../lib/model/actor-tree.ts';
import type { HistoryEntry } from '../../../lib/model/history.ts';
import type { LinesWanted, ShownLine } from '../../../lib/model/logs/shown-line.ts';
import type { CaptureEvent, CaptureWanted } from '../../../lib/model/trace/capture.ts';
import type { TraceRecord } from '../../../lib/model/trace-record.ts';
import type {
  ActKind,
  ActRequest,
  ActResult,
  FleetRequest,
  ControlHandlers,
  ReloadResult,
} from '../../../lib/operator/api/handlers.ts';
import type { FleetReport } from '../../../lib/operator/views/fleet-view.ts';
import type { ReplayPlan } from '../../../lib/operator/views/evidence-view.ts';
import type { LogEvent, LogOwner, LogsView } from '../../../lib/operator/views/log-view.ts';
import type { UpgradeView } from '../../../lib/operator/views/upgrade-view.ts';
import type { StatusView } from '../../../lib/operator/views/status-view.ts';
import { DEFAULT_MIRROR_SETTINGS } from '../../support/default-settings.ts';
import { REPORT, SAMPLE } from './report-view.ts';

export const STATUS: StatusView = {
  schema: 'vili.status/1',
  vili: {
    version: '1.0.0',
    pid: 411,
    base: '/srv/inventory',
    identifier: 'inventory',
    uptimeMs: 518_400_000,
    port: 8080,
    scheme: 'http',
  },
  phase: 'testing',
  running: {
    version: 'inventory-1.4.2',
    instance: '1_running',
    pid: 420,
    port: 9401,
    state: 'ready',
    restarts: 0,
    startedAt: '2026-01-01T00:00:00.000Z',
    problem: null,
    nextTryAt: null,
  },
  testing: {
    version: 'inventory-1.5.0',
    instance: '1_test',
    pid: 421,
    port: 9402,
    state: 'ready',
    restarts: 1,
    startedAt: '2026-01-06T23:49:00.000Z',
    problem: null,
    nextTryAt: null,
  },
  previous: null,
  verdict: {
    version: 'inventory-1.5.0',
    decision: 'collecting',
    pairs: 2051,
    elapsedMs: 660_000,
    progress: 0.41,
    reasons: [
      {
        code: 'body-difference',
        endpoint: 'GET /items/{id}',
        text: '37 of 2051 answers to GET /items/{id} differ in shape at $.price (string became number), 1.8 % where 0.5 % is allowed',
        observed: 0.018,
        limit: 0.005,
        samples: ['a1'],
      },
    ],
    missing: ['59 more requests', '3 more minutes'],
    signals: [],
  },
  users: { failed: { '502': 0, '503': 0, '504': 0, broken: 0 }, failures: [] },
  traffic: {
    received: 2400,
    mirrored: 2051,
    skipped: { method: 300, health: 40 },
    dropped: { 'queue-full': 0 },
    failed: { refused: 9 },
    inFlight: 2,
  },
  disk: { freeShare: 0.4, minFree: 0.05, baseBytes: null, failing: [] },
  archive: { count: 3, bytes: 41_943_040 },
};

export const HISTORY: readonly HistoryEntry[] = [
  {
    at: '2026-01-01T00:00:00.000Z',
    event: 'started',
    version: 'inventory-1.4.2',
    by: 'vili',
    reasons: [],
  },
  {
    at: '2026-01-06T23:49:00.000Z',
    event: 'rejected',
    version: 'inventory-1.5.0',
    by: 'vili',
    reasons: ['37 of 2051 answers differ at $.price', '12 new errors'],
  },
];

export const TRACE: readonly TraceRecord[] = [
  {
    id: 1,
    atMs: Date.UTC(2026, 0, 6, 23, 49),
    from: 'root/ingestor',
    to: 'root/deployer',
    type: 'arrived',
    correlation: 'v-7',
    waitMs: 0.12,
    handledMs: 1.5,
    outcome: 'ok',
  },
  {
    id: 2,
    atMs: Date.UTC(2026, 0, 6, 23, 49, 1),
    from: 'root/deployer',
    to: 'root/deployer/version/inventory-1.5.0',
    type: 'start',
    correlation: 'v-7',
    waitMs: 0.3,
    handledMs: 12,
    outcome: 'crash',
    payload: 'attempt 1',
  },
];

export const TREE: ActorTree = {
  path: 'root',
  status: 'running',
  mailbox: 0,
  restarts: 0,
  incarnation: 1,
  inHand: null,
  hung: false,
  children: [
    {
      path: 'root/deployer',
      status: 'running',
      mailbox: 3,
      restarts: 2,
      incarnation: 3,
      inHand: { type: 'promote', sinceMs: 61_000 },
      hung: true,
      children: [
        {
          path: 'root/deployer/version/inventory-1.5.0',
          status: 'backoff',
          mailbox: 0,
          restarts: 0,
          incarnation: 1,
          inHand: null,
          hung: false,
          children: [],
        },
      ],
    },
    {
      path: 'root/operator',
      status: 'running',
      mailbox: 0,
      restarts: 0,
      incarnation: 1,
      inHand: null,
      hung: false,
      children: [],
    },
  ],
};

const EFFECTS: Readonly<Record<string, string>> = {
  promote: 'inventory-1.5.0 takes over the users',
  reject: 'the test of inventory-1.5.0 has ended',
  retest: 'inventory-1.5.0 is tested afresh',
};

export const RELOADED: ReloadResult = {
  changes: [
    { key: 'host', from: '0.0.0.0', to: '127.0.0.1', when: null },
    { key: 'log.level', from: 'info', to: 'debug', when: 'at once' },
    { key: 'verdict.margin', from: '0.5%', to: '1%', when: 'next test' },
    { key: 'slack_channel', from: '', to: '#shop', when: 'at once' },
  ],
};

const LOG_SOURCE = {
  of: 'running',
  version: 'inventory-1.4.2',
  instance: '1_running',
  files: ['/srv/inventory/inventory-1.4.2/1_running/logs/json/inventory.log'],
} as const;

export const LOG_LINES: readonly ShownLine[] = [
  {
    at: '2026-01-06T23:49:00.000Z',
    level: 'error',
    file: 'inventory.log',
    text: '{"level":"ERROR","message":"no\\u001b[2J stock"}',
    message: 'no\u001b[2J stock',
    stack: 'Error: no stock\n    at sell (shop.js:7)',
    requestId: null,
  },
  {
    at: null,
    level: 'unknown',
    file: 'stdOut',
    text: 'listening',
    message: null,
    stack: null,
    requestId: null,
  },
];
export const UPGRADED: UpgradeView = {
  state: 'under-way',
  pid: 4712,
  version: '0.2.0',
  problem: '',
  older: [],
};

const SINCE_MS = Date.UTC(2026, 0, 6, 23, 49);

/** Handlers that respond with the views above and can emit to whoever listens. */
export class SampleHandlers implements ControlHandlers {
  readonly calls: unknown[] = [];
  readonly traceListeners = new Set<(record: TraceRecord) => void>();
  readonly eventListeners = new Set<(event: HistoryEntry) => void>();
  /** Called when somebody begins to listen. */
  onListen: () => void = () => {};

  async status(): Promise<StatusView> {
    return STATUS;
  }

  async metrics(): Promise<string> {
    return '# TYPE vili_uptime_seconds gauge\nvili_uptime_seconds 7\n';
  }

  async series(window: WindowName, sinceMs: number): Promise<SeriesView> {
    this.calls.push({ series: window, sinceMs });
    return new Series().view(window, SINCE_MS + 60_000, sinceMs);
  }

  async fleet(): Promise<FleetReport | null> {
    return null;
  }

  async askFleet(request: FleetRequest): Promise<ActResult> {
    this.calls.push({ askFleet: request });
    return { version: 'inventory-1.5.0', effect: 'b has been asked' };
  }

  async verdict(): Promise<StatusView['verdict']> {
    return STATUS.verdict;
  }

  async replayed(request: ReplayRequest): Promise<ReplayView> {
    this.calls.push({ replayed: request });
    const about = { id: request.sample, endpoint: 'GET /', request: 'GET /' };
    const found = { outcome: 'same', text: 'as before', differences: [] } as const;
    return {
      schema: 'vili.replay/1',
      version: 'inventory-1.5.0',
      to: 'testing',
      ...about,
      ...found,
    };
  }

  async ignore(request: IgnoreRequest): Promise<IgnoreView> {
    this.calls.push({ ignore: request });
    return {
      schema: 'vili.ignore/1',
      file: '.env',
      line: 7,
      before: "compare_rules='none'",
      after: "# added by ann\ncompare_rules='* ignore $.price'",
      rule: '* ignore $.price',
      effect: 'done',
    };
  }

  async versions(limit: number): Promise<VersionsView> {
    this.calls.push({ versions: limit });
    return { schema: 'vili.versions/1', versions: [] };
  }

  async history(limit: number): Promise<readonly HistoryEntry[]> {
    this.calls.push({ history: limit });
    return HISTORY.slice(-limit);
  }

  async trace(filter: object): Promise<readonly TraceRecord[]> {
    this.calls.push({ trace: filter });
    return TRACE;
  }

  followTrace(listener: (record: TraceRecord) => void): () => void {
    this.traceListeners.add(listener);
    this.onListen();
    return () => this.traceListeners.delete(listener);
  }

  async slowLog(): Promise<readonly TraceRecord[]> {
    return TRACE.slice(1);
  }

  capture(wanted: CaptureWanted): (send: (event: CaptureEvent) => void) => () => void {
    this.calls.push({ capture: wanted });
    return (send) => {
      send({ capturing: `/vili/${wanted.actor}`, forMs: wanted.forMs });
      for (const record of TRACE) send({ record });
      send({ ended: 'time' });
      return () => this.calls.push('the capture is over');
    };
  }

  async tree(): Promise<ActorTree> {
    return TREE;
  }

  events(listener: (event: HistoryEntry) => void): () => void {
    this.eventListeners.add(listener);
    this.onListen();
    return () => this.eventListeners.delete(listener);
  }

  async logs(of: LogOwner, wanted: LinesWanted): Promise<LogsView> {
    this.calls.push({ logs: of, wanted });
    return { schema: 'vili.logs/1', source: LOG_SOURCE, lines: LOG_LINES, isWhole: false };
  }

  async followLogs(): Promise<(send: (event: LogEvent) => void) => () => void> {
    return (send) => {
      send({ source: LOG_SOURCE });
      for (const line of LOG_LINES) send({ line });
      send({ skipped: { file: 'inventory.log', bytes: 4096 } });
      this.onListen();
      return () => {};
    };
  }

  /** What is told of the upgrade, one after the other; the last one stays. */
  upgrades: readonly UpgradeView[] = [{ ...UPGRADED, state: 'done', older: [4711] }];

  async upgrade(by: string): Promise<UpgradeView> {
    this.calls.push({ upgrade: by });
    return UPGRADED;
  }

  async upgraded(): Promise<UpgradeView> {
    const [view = UPGRADED, ...rest] = this.upgrades;
    if (rest.length > 0) this.upgrades = rest;
    return view;
  }

  async act(kind: ActKind, request: ActRequest): Promise<ActResult> {
    this.calls.push({ [kind]: request });
    const steps = kind === 'rollback' ? { steps: ['one step', 'another step'] } : {};
    return { version: 'inventory-1.5.0', effect: EFFECTS[kind] ?? kind, ...steps };
  }

  async reload(by: string): Promise<ReloadResult> {
    this.calls.push({ reload: by });
    return RELOADED;
  }

  async report(version: string | undefined): Promise<Report | null> {
    this.calls.push({ report: version });
    return REPORT;
  }

  async course(version: string | undefined): Promise<CourseView | null> {
    this.calls.push({ course: version });
    return null;
  }

  async samples(
    version: string | undefined,
  ): Promise<{ version: string; samples: readonly Sample[] }> {
    this.calls.push({ samples: version });
    return { version: REPORT.version, samples: [SAMPLE] };
  }

  async replay(version: string | undefined): Promise<ReplayPlan> {
    this.calls.push({ replay: version });
    const settings = DEFAULT_MIRROR_SETTINGS;
    return { version: REPORT.version, samples: [SAMPLE], running: null, testing: null, settings };
  }
}
