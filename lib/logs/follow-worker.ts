import { setTimeout as delay } from 'node:timers/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { yieldToOthers } from '../priority.ts';
import { FollowLoop } from './follow-loop.ts';
import type { FollowCommand, FollowReport, FollowSettings } from './follow-protocol.ts';

/** Rests so many times as long as it has worked: even of a flood at most a fifth of a processor is spent. */
const REST_FACTOR = 4;

if (parentPort !== null) {
  // A version may log at full speed; parsing that must not take time from the users' thread.
  yieldToOthers();
  await follow(parentPort, workerData as FollowSettings);
}

// Private

async function follow(port: MessagePort, settings: FollowSettings): Promise<void> {
  const closing = new AbortController();
  let acknowledged: (() => void) | null = null;
  port.on('message', (command: FollowCommand) => {
    if (command === 'close') closing.abort();
    acknowledged?.();
  });
  const loop = new FollowLoop(settings, Date.now);
  let lastProblem: string | null = null;
  let last = false;
  while (!last) {
    last = closing.signal.aborted;
    const startedMs = performance.now();
    const { batch, problem } = await loop.look();
    const restMs = Math.max(settings.batchMs, REST_FACTOR * (performance.now() - startedMs));
    if (problem !== null && problem !== lastProblem)
      report(port, { kind: 'problem', text: problem });
    lastProblem = problem;
    if (batch !== null) {
      report(port, { kind: 'batch', batch });
      if (!last) {
        await new Promise<void>((resolve) => {
          acknowledged = resolve;
          if (closing.signal.aborted) resolve();
        });
      }
    }
    if (!last) await delay(restMs, undefined, { signal: closing.signal }).catch(() => {});
  }
  await loop.close();
  port.close();
}

function report(port: MessagePort, message: FollowReport): void {
  port.postMessage(message);
}
