import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ThreadReport } from '../mirror/thread-watch.ts';

/** Counts of the proxy and its mirror since the start. */
export interface ViliCounts {
  readonly received: number;
  readonly mirrored: number;
  readonly dropped: number;
  readonly failed: number;
  readonly inFlight: number;
  /** Endpoints distinguished by the evidence. */
  readonly endpoints: number;
}

export type ToVili =
  | { readonly type: 'mirror'; readonly testingPort: number | null }
  | { readonly type: 'pause' }
  | { readonly type: 'counts' }
  | { readonly type: 'threads' };

export interface FromVili {
  readonly port?: number;
  readonly counts?: ViliCounts;
  readonly threads?: ThreadReport;
}

export interface Child {
  readonly port: number;
  readonly process: ChildProcess;
}

export interface Vili extends Child {
  /** Sends copies to this port from now on; null ends the test. */
  mirror(testingPort: number | null): Promise<void>;
  /** Stops copying until the next `mirror`, which continues the test if its port is the same. */
  pause(): Promise<void>;
  counts(): Promise<ViliCounts>;
  /** Since the last call; includes the worker only where its probe is loaded. */
  threads(): Promise<ThreadReport>;
}

/** The users' path of the daemon in a process of its own. `options` go to node. */
export async function startVili(
  base: string,
  runningPort: number,
  options: readonly string[],
): Promise<Vili> {
  const script = fileURLToPath(new URL('./vili-child.js', import.meta.url));
  const child = await startChild(script, [base, String(runningPort)], options);
  const ask = async (message: ToVili): Promise<FromVili> => {
    const replied = once(child.process, 'message');
    child.process.send(message);
    const [reply] = (await replied) as [FromVili];
    return reply;
  };
  return {
    ...child,
    mirror: async (testingPort) => void (await ask({ type: 'mirror', testingPort })),
    pause: async () => void (await ask({ type: 'pause' })),
    async counts() {
      const { counts } = await ask({ type: 'counts' });
      if (counts === undefined) throw new Error('no counts');
      return counts;
    },
    async threads() {
      const { threads } = await ask({ type: 'threads' });
      if (threads === undefined) throw new Error('no threads');
      return threads;
    },
  };
}

/** Starts a program of spec/fixtures/bench. */
export function startFixture(file: string, ...words: string[]): Promise<Child> {
  const script = fileURLToPath(new URL(`../../../../spec/fixtures/bench/${file}`, import.meta.url));
  return startChild(script, words, []);
}

/** Starts a program that reports its port over IPC. `options` go to node. */
export async function startChild(
  script: string,
  words: readonly string[],
  options: readonly string[],
): Promise<Child> {
  const child = fork(script, words, { execArgv: [...options] });
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return { port, process: child };
}
