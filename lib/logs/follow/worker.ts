import { setTimeout as delay } from 'node:timers/promises';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { steadyNow } from '../../runtime/clock.ts';
import { reniceThisThread } from '../../runtime/priority.ts';
import type { FollowCommand, FollowEvent, FollowSettings } from './protocol.ts';
import { SourcesLoop } from './sources.ts';

/** Pauses this many times as long as it worked: even a flood takes at most a fifth of a CPU. */
const PAUSE_FACTOR = 4;
/** Without new lines, how far the log was read is told that seldom. */
const READ_EVERY_MS = 1000;
/** The last poll may take longer, since what it leaves is never read; less than the limit of the close. */
const LAST_POLL_MS = 1500;

if (parentPort !== null) {
  // A version may log at full speed, and parsing its log must not take time from the users' thread.
  reniceThisThread();
  serve(parentPort);
}

// Private

/** Follows one log after the other, as commanded. */
function serve(port: MessagePort): void {
  let current: Following | null = null;
  port.on('message', (command: FollowCommand) => {
    switch (command.kind) {
      case 'follow':
        current = new Following(port);
        // A failure here ends the thread, which the main thread notices.
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
  readonly #send: (event: FollowEvent) => void;
  readonly #closing = new AbortController();
  #acknowledged: (() => void) | null = null;

  constructor(port: MessagePort) {
    this.#send = (event) => port.postMessage(event);
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
    const loop = new SourcesLoop(settings, steadyNow);
    let lastProblem: string | null = null;
    let last = false;
    let toldMs = Number.NEGATIVE_INFINITY;
    while (!last) {
      last = closing.aborted;
      const startedMs = performance.now();
      const { batch, problem, readToMs } = await loop.poll(last ? LAST_POLL_MS : undefined);
      const pauseMs = Math.max(settings.batchMs, PAUSE_FACTOR * (performance.now() - startedMs));
      if (problem !== null && problem !== lastProblem)
        this.#send({ kind: 'problem', text: problem });
      lastProblem = problem;
      if (batch !== null) {
        this.#send({ kind: 'batch', batch });
        if (!last) await this.#acknowledgement();
      } else if (readToMs - toldMs >= READ_EVERY_MS) {
        this.#send({ kind: 'read', toMs: readToMs });
        toldMs = readToMs;
      }
      if (!last) await delay(pauseMs, undefined, { signal: closing }).catch(() => {});
    }
    // Each poll reads one file, and there may be several.
    for (const _ of settings.otherPaths ?? []) {
      const { batch } = await loop.poll();
      if (batch !== null) this.#send({ kind: 'batch', batch });
    }
    await loop.close();
    this.#send({ kind: 'closed' });
  }

  // Private

  /** Resolves at once when the log is being closed. */
  #acknowledgement(): Promise<void> {
    return new Promise((resolve) => {
      this.#acknowledged = resolve;
      if (this.#closing.signal.aborted) resolve();
    });
  }
}
