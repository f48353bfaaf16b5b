import type { ChildProcess } from 'node:child_process';
import { SMALL_BODY, startProxy, startUpstream } from './nginx.ts';
import { startFixture, startVili, type Vili } from './vili.ts';

/** Faults of testing that users must not notice; `refuses` is a port where nothing listens; numbers are ms. */
export const FAULTS = [
  'hangs',
  'refuses',
  '20',
  '1000',
  'closes',
  'resets',
  'sends garbage',
] as const;
/** A privileged port where nothing listens. */
const CLOSED_PORT = 1;

/** A proxy that requests are sent through. `pid` null: none. */
export interface Contender {
  readonly name: string;
  readonly port: number;
  readonly pid: number | null;
  readonly vili: Vili | null;
  /** To be called before each round of this contender. */
  readonly prepare: () => Promise<void>;
}

/** All processes of the benchmark. */
export interface Field {
  readonly contenders: readonly Contender[];
  /** Sends copies to a testing with this fault from now on, or to a sound one if null. */
  test(fault: string | null): Promise<void>;
  close(): void;
}

/** Starts the upstream, the version under test and all contenders. */
export async function startField(folder: string, nodeOptions: readonly string[]): Promise<Field> {
  const processes: ChildProcess[] = [];
  const faulty = new Map<string, number>([['refuses', CLOSED_PORT]]);
  const kept = <T extends { readonly process: ChildProcess }>(started: T): T => {
    processes.push(started.process);
    return started;
  };
  const faultyPort = async (fault: string): Promise<number> => {
    const open = faulty.get(fault);
    if (open !== undefined) return open;
    const length = String(SMALL_BODY.length);
    const { port } = kept(await startFixture('testing.mjs', fault, length));
    faulty.set(fault, port);
    return port;
  };
  const close = (): void => {
    for (const process of processes) process.kill('SIGTERM');
  };
  try {
    const running = kept(await startUpstream(folder, 'running'));
    const testing = kept(await startUpstream(folder, 'testing'));
    const prepare = async (): Promise<void> => {};
    const contenders: Contender[] = [
      { name: 'direct', port: running.port, pid: null, vili: null, prepare },
    ];
    const add = (name: string, it: { port: number; process: ChildProcess }): void => {
      contenders.push({ name, port: it.port, pid: it.process.pid ?? 0, vili: null, prepare });
    };
    add('nginx', kept(await startProxy(folder, 'nginx', running.port, null)));
    add('nginx mirror', kept(await startProxy(folder, 'nginx-mirror', running.port, testing.port)));
    for (const rival of ['http-proxy', 'http-proxy-3', 'fast-proxy']) {
      add(rival, kept(await startFixture('rival.mjs', rival, String(running.port))));
    }
    // One process for both: two processes of the same program differ by a few percent, by how they are compiled.
    const vili = kept(await startVili(folder, running.port, nodeOptions));
    const { port, process } = vili;
    const pid = process.pid ?? 0;
    let testingPort = testing.port;
    const mirroring = () => vili.mirror(testingPort);
    contenders.push({ name: 'vili', port, pid, vili: null, prepare: () => vili.pause() });
    contenders.push({ name: 'vili + mirror', port, pid, vili, prepare: mirroring });
    return {
      contenders,
      async test(fault) {
        testingPort = fault === null ? testing.port : await faultyPort(fault);
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
