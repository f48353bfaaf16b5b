/** Entry of the launcher process: starts, watches and ends servlets for Vili, and ends with it. */
import { codeOf, messageOf } from '../../errors.ts';
import { becomeChild } from '../../runtime/child-entry.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import type { ServletProcess, StopOptions, StopReport } from '../process/servlet-process.ts';
import { spawnServlet } from '../process/spawn.ts';
import { UsageReader } from '../process/usage.ts';
import type { Birth, FromLauncher, LaunchedOptions, ToLauncher } from './protocol.ts';
import { type Owner, Succession } from './succession.ts';

/** For servlets that no Vili knows. */
const UNKNOWN_STOP: StopOptions = { signal: 'SIGTERM', timeoutMs: 5000 };

interface Launched {
  readonly servlet: ServletProcess;
  readonly options: LaunchedOptions;
}

const servlets = new Map<number, Launched>();
let nextCall = 1;
const usage = new UsageReader();
/** The Vili that started this process. Without it there is no receiver. */
const starter: Owner = {
  send: (message) => void process.send?.(message, undefined, undefined, () => {}),
  close: () => process.connected && process.disconnect(),
};
const succession = new Succession(starter, {
  obey,
  servlets: () =>
    [...servlets].map(([call, { options, servlet }]) => ({
      call,
      options,
      birth: birthOf(servlet),
    })),
  nextCall: () => nextCall,
  endFrom: (first) => {
    for (const [call, { servlet }] of servlets) if (call >= first) void end(servlet, UNKNOWN_STOP);
  },
  onNobody: () => process.exit(0),
});
// When this process ends, which it does with Vili, its terminals close; that hangs up the servlets.
becomeChild('vili: launcher', () => succession.ownerGone(starter));
// The servlets live in this process's terminals: an unforeseen error must not end them all.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) =>
    process.stderr.write(`vili: launcher: ${messageOf(error)}\n`),
  );
}
process.on('message', (message: ToLauncher) => succession.fromOwner(message));

// Private

function obey(message: ToLauncher): void {
  if (message.type === 'spawn') spawn(message);
  else if (message.type === 'stop') void stop(message);
  else if (message.type === 'measure') void measure();
  else if (message.type === 'close') process.exit(0);
}

function spawn({ call, options }: Extract<ToLauncher, { type: 'spawn' }>): void {
  nextCall = Math.max(nextCall, call + 1);
  let servlet: ServletProcess;
  try {
    servlet = spawnServlet({ ...options, now: Date.now });
  } catch (error) {
    const code = codeOf(error) ?? 'VILI_SPAWN_FAILED';
    return send({ type: 'spawn-failed', call, code, text: messageOf(error) });
  }
  servlets.set(call, { servlet, options });
  send({ type: 'spawned', call, birth: birthOf(servlet) });
  void reportExit(call, servlet);
}

function birthOf(servlet: ServletProcess): Birth {
  const { pid, startedAt } = servlet;
  return { pid, startedAt, identity: servlet.identity() };
}

async function reportExit(call: number, servlet: ServletProcess): Promise<void> {
  const exit = await servlet.exited;
  servlets.delete(call);
  send({ type: 'exited', call, exit, survivors: servlet.survivors });
}

async function stop({ call, options }: Extract<ToLauncher, { type: 'stop' }>): Promise<void> {
  const servlet = servlets.get(call)?.servlet;
  const report = servlet === undefined ? null : await end(servlet, options);
  send({ type: 'stopped', call, report });
}

async function end(servlet: ServletProcess, options: StopOptions): Promise<StopReport> {
  try {
    return await servlet.stop(options);
  } catch {
    // No descriptor left to read /proc: the report says that this process may still be alive.
    const identity = servlet.identity();
    const survivors = identity === null ? [] : [identity];
    return { exit: servlet.exit, killed: false, survivors, tookMs: 0 };
  }
}

/** Here, since reading of all processes of the host would hold up the users' thread. */
async function measure(): Promise<void> {
  const leaders = new Map<number, ProcessIdentity>();
  for (const [call, { servlet }] of servlets) {
    const identity = servlet.identity();
    if (identity !== null) leaders.set(call, identity);
  }
  send({ type: 'measured', usages: [...(await usage.read(leaders))] });
}

function send(message: FromLauncher): void {
  succession.send(message);
}
