import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { runCli } from '../../../lib/cli/run-cli.ts';
import type { CliActions, CliIo, InitOptions, InitResult } from '../../../lib/cli/terminal/io.ts';
import {
  CONTROL_LIMITS,
  createControlServer,
} from '../../../lib/operator/server/control-server.ts';
import { socketDoor } from '../../../lib/operator/server/door/socket-door.ts';
import { withTempFolder } from '../../support/temp-folder.ts';
import { SampleHandlers } from '../operator/views.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class Sink extends Writable {
  text = '';

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

/** Seven days after the running version of the sample status was started. */
const NOW_MS = Date.UTC(2026, 0, 7);

export class SampleActions implements CliActions {
  readonly version = '1.0.0';
  readonly calls: unknown[] = [];

  async start(options: object): Promise<number> {
    this.calls.push({ start: options });
    return 0;
  }

  async runBare(options: object): Promise<number> {
    this.calls.push({ runBare: options });
    return 0;
  }

  async check(options: object): Promise<number> {
    this.calls.push({ check: options });
    return 2;
  }

  async notify(options: object): Promise<number> {
    this.calls.push({ notify: options });
    return 0;
  }

  async demo(options: object): Promise<number> {
    this.calls.push({ demo: options });
    return 0;
  }

  async init({ base }: InitOptions): Promise<InitResult> {
    this.calls.push({ init: base });
    return {
      schema: 'vili.init/1',
      file: `${base}/.env`,
      identifier: 'shop',
      port: 8080,
      serverFile: 'shop-1.0.0.jar',
      properties: { file: 'local_override.properties', key: 'server.port' },
      notes: ['port 8080 is taken'],
      next: 'vili check',
    };
  }

  readonly openInBrowser = (address: string): Promise<boolean> => {
    this.calls.push({ openInBrowser: address });
    return Promise.resolve(false);
  };

  async untilEnded(pid: number, signal: AbortSignal): Promise<boolean> {
    this.calls.push({ untilEnded: pid });
    return !signal.aborted;
  }

  async records(): Promise<null> {
    return null;
  }
}

/** Runs a command line in a made-up environment; `io` overrides parts of it. */
export async function run(
  argv: readonly string[],
  io: Partial<CliIo> = {},
  actions: CliActions = new SampleActions(),
): Promise<Ran> {
  const stdout = new Sink();
  const stderr = new Sink();
  const stdin = new PassThrough();
  const code = await runCli(argv, actions, {
    stdout,
    stderr,
    stdin,
    env: {},
    isTerminal: { stdin: false, stdout: false },
    columns: 80,
    rows: 24,
    workingFolder: '/nowhere',
    user: 'ann@host',
    now: () => NOW_MS,
    signal: new AbortController().signal,
    ...io,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

/** A base folder with a daemon that responds as `handlers` does. */
export async function withDaemon(
  use: (base: string, handlers: SampleHandlers) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (base) => {
    await mkdir(join(base, '.vili'));
    const handlers = new SampleHandlers();
    const server = createControlServer({
      ...CONTROL_LIMITS,
      door: socketDoor(join(base, '.vili', 'vili.sock')),
      handlers,
      maxBodyBytes: 10_000,
      maxConnections: 10,
      idleMs: 5000,
      onProblem: () => {},
    });
    await server.listen();
    try {
      await use(base, handlers);
    } finally {
      await server.close();
    }
  });
}
