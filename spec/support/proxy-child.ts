import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createProxy } from '../../lib/proxy/proxy.ts';
import type { ProxySettings } from '../../lib/proxy/settings.ts';

/** A proxy in a process of its own, whose memory and delays are then nobody else's. */
export interface ChildOrder {
  readonly settings: ProxySettings;
  readonly upstreamPort: number;
}

/** How the process is. */
export interface ChildState {
  readonly residentBytes: number;
  /** The longest the event loop was blocked since the last question. */
  readonly blockedMs: number;
  readonly problems: readonly string[];
  readonly counts: ReturnType<ReturnType<typeof createProxy>['counts']>;
}

const NS_PER_MS = 1e6;
const delay = monitorEventLoopDelay({ resolution: 5 });
const problems: string[] = [];
let stateOf: (() => ChildState) | null = null;

process.on('message', (message: ChildOrder | 'state') => {
  if (message === 'state') {
    process.send?.(stateOf?.());
    delay.reset();
  } else void serve(message);
});
process.on('disconnect', () => process.exit());

async function serve({ settings, upstreamPort }: ChildOrder): Promise<void> {
  const sink = { full: () => true, submit: () => {}, shed: () => {} };
  const proxy = createProxy(settings, sink, { onProblem: (text) => problems.push(text) });
  const { port } = await proxy.listen();
  const running = { instance: 'app-1.0.0/1_running', host: '127.0.0.1', port: upstreamPort };
  proxy.setRoute({ running, mirroring: false });
  delay.enable();
  stateOf = () => ({
    residentBytes: process.memoryUsage.rss(),
    blockedMs: delay.max / NS_PER_MS,
    problems,
    counts: proxy.counts(),
  });
  process.send?.(port);
}
