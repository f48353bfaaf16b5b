import { setTimeout as delay } from 'node:timers/promises';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { reniceThisThread } from '../../runtime/priority.ts';
import { FollowLoop } from './loop.ts';
import type { FollowCommand, FollowReport, FollowSettings } from './protocol.ts';

/** Rests so many times as long as it has worked: even of a flood at most a fifth of a processor is spent. */
const REST_FACTOR = 4;

if (parentPort !== null) {
  // A version may log at full speed; parsing that must not take time from the users' thread.
  reniceThisThread();
  serve(parentPort);
}

// Private

/** Follows one log after the other, as told. */
function serve(port: MessagePort): void {
  let current: Following | null = null;
  port.on('message', (command: FollowCommand) => {
    switch (command.kind) {
      case 'follow':
        current = new Following(port);
        // What fails here ends the thread, which is what the other side waits for.
        void current.run(command.settings);
        return;
      case 'acknowledge':
        current?.acknowledge();
        return;
      case 'close':
        current?.close();
    }
  });
}

class Following {
  readonly #report: (message: FollowReport) => void;
  readonly #closing = new AbortController();
  #acknowledged: (() => void) | null = null;

  constructor(port: MessagePort) {
    this.#report = (message) => port.postMessage(message);
  }

  acknowledge(): void {
    this.#acknowledged?.();
  }

  close(): void {
    this.#closing.abort();
    this.#acknowledged?.();
  }

  async run(settings: FollowSettings): Promise<void> {
    const closing = this.#closing.signal;
    const loop = new FollowLoop(settings, Date.now);
    let lastProblem: string | null = null;
    let last = false;
    while (!last) {
      last = closing.aborted;
      const startedMs = performance.now();
      const { batch, problem } = await loop.look();
      const restMs = Math.max(settings.batchMs, REST_FACTOR * (performance.now() - startedMs));
      if (problem !== null && problem !== lastProblem)
        this.#report({ kind: 'problem', text: problem });
      lastProblem = problem;
      if (batch !== null) {
        this.#report({ kind: 'batch', batch });
        if (!last) await this.#acknowledgement();
      }
      if (!last) await delay(restMs, undefined, { signal: closing }).catch(() => {});
    }
    await loop.close();
    this.#report({ kind: 'closed' });
  }

  // Private

  /** Resolves at once when it is to close. */
  #acknowledgement(): Promise<void> {
    return new Promise((resolve) => {
      this.#acknowledged = resolve;
      if (this.#closing.signal.aborted) resolve();
    });
  }
}
