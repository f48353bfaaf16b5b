import { Worker } from 'node:worker_threads';
import { messageOf, ViliError } from '../errors.ts';
import type { LogBatch } from './batch.ts';
import type { FollowCommand, FollowReport, FollowSettings } from './follow-protocol.ts';

/** What is left to read at close is read within this time, then the thread is ended. */
const CLOSE_LIMIT_MS = 2000;
/** Ample for the largest allowed line and batch; a hostile log ends its own thread only. */
const RESOURCE_LIMITS = {
  maxOldGenerationSizeMb: 96,
  maxYoungGenerationSizeMb: 4,
  stackSizeMb: 4,
};

export interface FollowOptions extends FollowSettings {
  readonly onBatch: (batch: LogBatch) => void;
  /** Something an operator should know, once until it changes: no right to read, not a file. */
  readonly onProblem: (text: string) => void;
  /** The thread is gone: `VILI_LOG_FOLLOWER_FAILED`. Start another one from the last offset. */
  readonly onFailed: (error: ViliError) => void;
}

/**
 * Follows a log file in a thread of its own: through rotation and truncation, before it exists,
 * bounded in bytes, line length and memory. A batch comes only when there is something to say;
 * `close` reads once more, hands over the last batch and leaves nothing behind.
 */
export function followLog(options: FollowOptions): { close(): Promise<void> } {
  const { onBatch, onProblem, onFailed, ...settings } = options;
  const worker = new Worker(workerUrl(), {
    name: 'vili-log-follower',
    workerData: settings satisfies FollowSettings,
    resourceLimits: RESOURCE_LIMITS,
  });
  let closing = false;
  let failed = false;
  const fail = (cause: unknown): void => {
    if (failed || closing) return;
    failed = true;
    const text = `the follower of log ${options.path} failed: ${messageOf(cause)}`;
    onFailed(new ViliError('VILI_LOG_FOLLOWER_FAILED', text, { cause }));
  };
  const exited = new Promise<void>((resolve) => {
    worker.once('exit', (code) => {
      fail(new Error(`its thread ended with code ${code}`));
      resolve();
    });
  });
  worker.on('error', fail);
  worker.on('message', (report: FollowReport) => {
    if (report.kind === 'problem') return onProblem(report.text);
    onBatch(report.batch);
    command(worker, 'acknowledge');
  });
  return {
    async close(): Promise<void> {
      closing = true;
      command(worker, 'close');
      const limit = setTimeout(() => void worker.terminate(), CLOSE_LIMIT_MS);
      await exited;
      clearTimeout(limit);
    },
  };
}

// Private

/** tsc does not rewrite names inside `new URL`, so the worker has the extension of this file. */
function workerUrl(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./follow-worker.${extension}`, import.meta.url);
}

function command(worker: Worker, text: FollowCommand): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  worker.postMessage(text);
}
