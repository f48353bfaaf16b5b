import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadCommand, LoadOptions, LoadReport, LoadResult } from './load-protocol.ts';

const CHILD = fileURLToPath(new URL('./load-child.js', import.meta.url));

/** Users at a fixed rate, from a process of their own. */
export class Load {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Sends nothing before the first phase. */
  static async start(options: LoadOptions): Promise<Load> {
    const child = fork(CHILD, [JSON.stringify(options)], {
      serialization: 'advanced',
      execArgv: [],
    });
    const load = new Load(child);
    await load.#reported('ready');
    return load;
  }

  /** Sends requests, from now on counted under this name. */
  phase(phase: string): void {
    this.#command({ type: 'phase', phase });
  }

  /** Sends nothing until the next phase. Resolves when all responses have come. */
  async rest(): Promise<void> {
    this.#command({ type: 'phase', phase: null });
    await this.#reported('resting');
  }

  /** Resolves with all requests once every response has come. */
  async finish(): Promise<LoadResult> {
    this.#command({ type: 'finish' });
    const { result } = await this.#reported('result');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    return result;
  }

  /** Kills the users, whatever they do. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  // Private

  #command(command: LoadCommand): void {
    this.#child.send(command);
  }

  #reported<T extends LoadReport['type']>(type: T): Promise<Extract<LoadReport, { type: T }>> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`the users ended before '${type}'`));
      const receive = (report: LoadReport): void => {
        if (report.type !== type) return;
        this.#child.off('message', receive).off('exit', ended);
        resolve(report as Extract<LoadReport, { type: T }>);
      };
      this.#child.on('message', receive).once('exit', ended);
    });
  }
}
