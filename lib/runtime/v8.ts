import { setFlagsFromString } from 'node:v8';
import { reniceRuntimeThreads } from './priority.ts';

/**
 * V8 flags for a process whose main thread serves users; they apply to all its threads.
 * - Short-lived objects are collected by the waiting thread alone. By default, helper threads share the work, which is
 *   little, and the thread waits for them even when the host has no CPU for them: pauses of 1 to 3 ms then become
 *   20 to 80 ms (measured at 4,000 requests/s on a busy host: 402 ms in 72 pauses with helpers, 140 ms without).
 * - WebAssembly, which only the mirror worker's HTTP client uses, is compiled once and well enough. Tiering up took
 *   35 MB and most of a second of CPU time, again in each test.
 */
const FLAGS = ['--no-parallel-scavenge', '--no-wasm-dynamic-tiering', '--no-wasm-tier-up'];

/** Prepares a process that serves users. Must be the first call on its main thread. */
export function prepareRuntime(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
  reniceRuntimeThreads();
}
