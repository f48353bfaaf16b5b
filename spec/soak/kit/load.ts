import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadNews, LoadOptions, LoadOrder, LoadResult } from './load-protocol.ts';

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
    await load.#news('ready');
    return load;
  }

  /** From now on requests are counted under this name. */
  phase(phase: string): void {
    this.#order({ type: 'phase', phase });
  }

  /** Sends nothing more until the next phase. Resolves when all answers have come. */
  async rest(): Promise<void> {
    this.#order({ type: 'phase', phase: null });
    await this.#news('resting');
  }

  /** Resolves with all requests once every answer has come. */
  async finish(): Promise<LoadResult> {
    this.#order({ type: 'finish' });
    const { result } = await this.#news('result');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    return result;
  }

  /** Ends the users whatever they do. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  // Private

  #order(order: LoadOrder): void {
    this.#child.send(order);
  }

  #news<T extends LoadNews['type']>(type: T): Promise<Extract<LoadNews, { type: T }>> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`the users ended before '${type}'`));
      const heard = (news: LoadNews): void => {
        if (news.type !== type) return;
        this.#child.off('message', heard).off('exit', ended);
        resolve(news as Extract<LoadNews, { type: T }>);
      };
      this.#child.on('message', heard).once('exit', ended);
    });
  }
}
