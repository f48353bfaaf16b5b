import type { PairOutcome } from '../../lib/compare/outcome.ts';
import { createMirror } from '../../lib/mirror/mirror.ts';
import type { MirrorSettings } from '../../lib/mirror/settings.ts';
import type { MirrorRule } from '../../lib/model/traffic-rules.ts';
import { createProxy } from '../../lib/proxy/proxy.ts';
import type { VerdictReport } from '../../lib/verdict/report.ts';
import { Verdict } from '../../lib/verdict/verdict.ts';
import { DEFAULT_MIRROR_SETTINGS, DEFAULT_VERDICT_SETTINGS } from './default-settings.ts';
import { PATIENCE } from './patience.ts';
import { proxySettings, Upstream } from './proxy-fixture.ts';
import { inMemory, type SessionStore, type StateApp, stateApp } from './state-app.ts';

/** Everything of a test but its length: the warm-up is short, and speed is not judged. */
const SHORT = {
  ...DEFAULT_VERDICT_SETTINGS,
  minRequests: 60,
  minTimeMs: 0,
  margin: 0.05,
  warmupRequests: 0,
  warmupTimeMs: 0,
  confirmTimeMs: 0,
  speed: 'report' as const,
};
/** What comes together counts once, so the pairs are judged as if they had come evenly over this time. */
const TEST_MS = 600_000;
const SETTLE_LIMIT_MS = 10_000;

export interface LabSettings {
  readonly running: StateApp;
  readonly testing: StateApp;
  readonly rules?: readonly MirrorRule[];
  readonly mirror?: Partial<MirrorSettings>;
  /** Before the test begins. */
  readonly before?: (client: Call) => Promise<void>;
}

export type Call = (
  method: string,
  path: string,
  headers?: Readonly<Record<string, string>>,
  form?: string,
) => Promise<{ status: number; headers: Headers; body: Record<string, unknown> }>;

export interface LabResult {
  readonly outcomes: readonly PairOutcome[];
  readonly report: VerdictReport;
  /** Sessions that copies carried in testing's own terms. */
  readonly translated: number;
  readonly verdict: Verdict;
}

/** Runs users through a real proxy and a real mirror, and judges what came of it. */
export async function inLab(
  settings: LabSettings,
  drive: (call: Call, restartRunning: (store?: SessionStore) => Promise<void>) => Promise<void>,
): Promise<LabResult> {
  const first = await Upstream.http(stateApp(settings.running), 'shop-1.0.0/1_running');
  const started = [first];
  const testing = await Upstream.http(stateApp(settings.testing), 'shop-1.1.0/1_test');
  const outcomes: PairOutcome[] = [];
  const problems: string[] = [];
  let translated = 0;
  const mirror = createMirror(
    { ...DEFAULT_MIRROR_SETTINGS, busyLimit: 1, ...settings.mirror },
    {
      onOutcomes(batch) {
        outcomes.push(...batch.outcomes);
        translated += batch.translated;
      },
      onEvent: () => undefined,
    },
  );
  const { rules = [] } = settings;
  const proxy = createProxy(proxySettings({ mirror: { rules } }), mirror.sink, {
    onProblem: (text) => problems.push(text),
  });
  try {
    const { port } = await proxy.listen();
    const call = callerOf(`http://127.0.0.1:${port}`);
    proxy.setRoute({ running: first.target, mirroring: false });
    mirror.routed(first.target);
    await settings.before?.(call);
    mirror.begin({ id: 'shop-1.1.0', testing: testing.target, running: first.target });
    proxy.setRoute({ running: first.target, mirroring: true });
    const startedAtMs = Date.now();
    await drive(call, async (store = inMemory()) => {
      await settled(mirror);
      const app = stateApp({ ...settings.running, store });
      const next = await Upstream.http(app, `shop-1.0.0/${started.length + 1}_running`);
      started.push(next);
      proxy.setRoute({ running: next.target, mirroring: true });
      mirror.routed(next.target);
      mirror.retarget({ running: next.target });
    });
    await settled(mirror);
    await mirror.end();
    const verdict = new Verdict(SHORT, startedAtMs);
    for (const [index, outcome] of outcomes.entries()) {
      verdict.pair({ ...outcome, atMs: startedAtMs + (TEST_MS * index) / outcomes.length });
    }
    for (let window = 1; window <= 60; window++)
      verdict.logWindow(quiet(startedAtMs + window * 10_000));
    if (problems.length > 0) throw new Error(problems.join('\n'));
    return { outcomes, translated, verdict, report: verdict.decide(startedAtMs + TEST_MS) };
  } finally {
    await proxy.close(0);
    await mirror.close();
    for (const running of started) await running.close();
    await testing.close();
  }
}

// Private

function callerOf(origin: string): Call {
  return async (method, path, headers = {}, form) => {
    const type = form === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { ...type, ...headers },
      redirect: 'manual',
      ...(form !== undefined && { body: form }),
    });
    const text = await response.text();
    const body = (text.startsWith('{') ? JSON.parse(text) : { text }) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body };
  };
}

async function settled(mirror: { counts(): { inFlight: number } }): Promise<void> {
  const untilMs = Date.now() + SETTLE_LIMIT_MS * PATIENCE;
  while (mirror.counts().inFlight > 0 && Date.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function quiet(atMs: number) {
  return { atMs, testingErrors: 0, runningErrors: 0, testingWarnings: 0, runningWarnings: 0 };
}
