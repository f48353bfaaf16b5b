import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { PATIENCE } from './patience.ts';

/** The service of spec/fixtures/servlet/catalog.mjs, whose answers are new each time. */
const CODE = fileURLToPath(new URL('../../../spec/fixtures/servlet/catalog.mjs', import.meta.url));
const TICK_MS = 10;
const ANSWER_LIMIT_MS = 10_000;
/** One request in a hundred. */
const RARE_SHARE = 0.01;

/** `other-order`: keys the other way round; all others are wrong in one endpoint. */
export type CatalogFault = 'other-order' | 'changed-value' | 'last-digit' | 'rare-500' | 'slow';

/** The text of a server file. */
export async function catalogFile(fault?: CatalogFault): Promise<string> {
  const data = fault === undefined ? {} : { fault };
  return `globalThis.catalog = ${JSON.stringify(data)};\n${await readFile(CODE, 'utf8')}`;
}

export interface CatalogUsers {
  /** Stops asking; resolves with what was asked and how often no whole answer came. */
  stop(): Promise<{ readonly asked: number; readonly broken: number }>;
}

/** Asks at a steady rate, whatever comes back. */
export function startCatalogUsers(port: number, perSecond: number): CatalogUsers {
  const agent = new Agent({ keepAlive: true, timeout: 3000 });
  const startedAtMs = performance.now();
  const open = new Set<Promise<void>>();
  let asked = 0;
  let broken = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - startedAtMs) / 1000) * perSecond;
    for (; asked < due; asked++) {
      const answered = ask(agent, port, pathOf(asked))
        .catch(() => void (broken += 1))
        .finally(() => open.delete(answered));
      open.add(answered);
    }
  }, TICK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(open);
      agent.destroy();
      return { asked, broken };
    },
  };
}

// Private

function pathOf(index: number): string {
  const id = 1 + (index % 40);
  const dice = Math.random();
  if (dice < RARE_SHARE) return '/rare';
  if (dice < 0.1) return '/flaky';
  if (dice < 0.3) return `/reports/${id}`;
  return dice < 0.6 ? `/stock/${id}` : `/products/${id}`;
}

function ask(agent: Agent, port: number, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS * PATIENCE);
    const sent = request({ agent, host: '127.0.0.1', port, path, signal }, (response) => {
      response.once('error', reject);
      response.once('close', () => (response.complete ? resolve() : reject(new Error(path))));
      response.resume();
    });
    sent.once('error', reject);
    sent.end();
  });
}
