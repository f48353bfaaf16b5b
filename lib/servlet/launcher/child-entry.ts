/** The entry of the keeper: starts, watches and ends servlets for Vili, and ends with it. */
import { codeOf, messageOf } from '../../errors.ts';
import { becomeChild } from '../../runtime/child-entry.ts';
import {
  type ServletProcess,
  type StopOptions,
  type StopReport,
  spawnServlet,
} from '../process/spawn.ts';
import type { FromLauncher, ToLauncher } from './protocol.ts';

// When it ends with Vili its terminals close, which hangs the servlets up.
becomeChild('vili: launcher');
// Users' servlets live in its terminals: an error that nobody foresaw must not end them all.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) =>
    process.stderr.write(`vili: launcher: ${messageOf(error)}\n`),
  );
}
const kept = new Map<number, ServletProcess>();
process.on('message', (message: ToLauncher) => {
  if (message.type === 'spawn') spawn(message);
  else if (message.type === 'stop') void stop(message);
  else process.exit(0);
});

// Private

function spawn({ call, options }: Extract<ToLauncher, { type: 'spawn' }>): void {
  let servlet: ServletProcess;
  try {
    servlet = spawnServlet({ ...options, now });
  } catch (error) {
    const code = codeOf(error) ?? 'VILI_SPAWN_FAILED';
    return tell({ type: 'refused', call, code, text: messageOf(error) });
  }
  kept.set(call, servlet);
  const { pid, startedAt } = servlet;
  tell({ type: 'spawned', call, born: { pid, startedAt, identity: servlet.identity() } });
  void tellOfEnd(call, servlet);
}

async function tellOfEnd(call: number, servlet: ServletProcess): Promise<void> {
  const exit = await servlet.exited;
  kept.delete(call);
  tell({ type: 'exited', call, end: { exit, survivors: servlet.survivors } });
}

async function stop({ call, options }: Extract<ToLauncher, { type: 'stop' }>): Promise<void> {
  const servlet = kept.get(call);
  tell({
    type: 'stopped',
    call,
    report: servlet === undefined ? null : await end(servlet, options),
  });
}

async function end(servlet: ServletProcess, options: StopOptions): Promise<StopReport> {
  try {
    return await servlet.stop(options);
  } catch {
    // No descriptor left to look at processes: it is for Vili to say that this one may still live.
    const identity = servlet.identity();
    const survivors = identity === null ? [] : [identity];
    return { exit: servlet.exit, killed: false, survivors, tookMs: 0 };
  }
}

/** Wall clock, ms, never going back. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function tell(message: FromLauncher): void {
  // Without Vili there is nobody to tell, and this process is about to end.
  process.send?.(message, undefined, undefined, () => {});
}
