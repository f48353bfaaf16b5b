import { connect } from 'node:net';
import { ViliError } from '../../errors.ts';
import { forkChild, post } from '../../runtime/fork.ts';
import { JsonChannel } from './json-channel.ts';
import { identityOf, signalProcess } from '../process/identity.ts';
import type { Door, FromLauncher, ToLauncher } from './protocol.ts';

/** The process holds little data; by default V8 would take more memory before it collects garbage. */
const FLAGS = ['--max-semi-space-size=1', '--max-old-space-size=64'];

/** The way to a launcher process, whichever Vili started it. */
export interface LauncherLink {
  readonly pid: number;
  /** Resolves to how it ended, once all of its messages have arrived. */
  readonly ended: Promise<string>;
  send(message: ToLauncher): void;
  kill(): void;
  /** Leaves the process alone: it is another Vili's now. */
  letGo(): void;
}

type Receive = (message: FromLauncher) => void;

/** Starts a launcher process. Throws VILI_FORK_FAILED. */
export function startLauncher(receive: Receive): LauncherLink {
  const { process, ended } = forkChild('./child-entry', import.meta.url, FLAGS);
  process.on('message', receive);
  return {
    pid: process.pid ?? 0,
    ended,
    send: (message) => post(process, message),
    kill: () => process.kill('SIGKILL'),
    letGo: () => {
      process.off('message', receive);
      if (process.connected) process.disconnect();
      process.unref();
    },
  };
}

/** Connects to the launcher process that another Vili passes on. Throws VILI_KEEPER_LOST when it is not there. */
export async function reachLauncher(
  pid: number,
  { name }: Door,
  receive: Receive,
): Promise<LauncherLink> {
  // Now, while its Vili is alive and answers for the pid.
  const identity = identityOf(pid);
  const socket = connect(`\0${name}`);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  }).catch((cause: unknown) => {
    throw ViliError.cannot('VILI_KEEPER_LOST', `reach the launcher process ${pid}`, cause);
  });
  let resolveEnded: (how: string) => void = () => {};
  const ended = new Promise<string>((resolve) => (resolveEnded = resolve));
  const channel = new JsonChannel(socket, {
    onMessage: (message) => receive(message as FromLauncher),
    onEnd: (how) => resolveEnded(how),
  });
  return {
    pid,
    ended,
    send: (message) => channel.send(message),
    kill: () => void (identity !== null && signalProcess(identity, 'SIGKILL')),
    letGo: () => channel.close(),
  };
}
