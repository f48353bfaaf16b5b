import { setFlagsFromString } from 'node:v8';
import { runtimeYields } from './priority.ts';

/**
 * Settings of the runtime for a process whose main thread serves users; they hold for all its threads.
 * - Short-lived objects are collected by the thread that waits for it, alone. By default helpers share the work,
 *   which is little, and it waits for them even when the host has no processor for them: pauses of 1 to 3 ms then
 *   become 20 to 80 ms (measured at 4,000 requests/s on a busy host: 402 ms in 72 pauses with helpers, 140 ms
 *   without).
 * - WebAssembly, which only the far side's client of HTTP has, is compiled once and well enough. Compiling it again
 *   to be faster took 35 MB and most of a second of a processor, in each test anew.
 */
const FLAGS = ['--no-parallel-scavenge', '--no-wasm-dynamic-tiering', '--no-wasm-tier-up'];

/** Prepares a process that serves users. To be called first, on its main thread. */
export function prepareRuntime(): void {
  for (const flag of FLAGS) setFlagsFromString(flag);
  runtimeYields();
}
