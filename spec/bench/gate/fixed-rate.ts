import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** One open loop over 64 connections. */
export interface FixedRateResult {
  readonly requests: number;
  readonly failures: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Asks for `path` at a fixed rate and measures how long the answers take. */
export async function runFixedRate(
  port: number,
  rate: number,
  seconds: number,
  path = '/',
): Promise<FixedRateResult> {
  const script = fileURLToPath(new URL('./fixed-rate-child.js', import.meta.url));
  const words = [script, String(port), String(rate), String(seconds), path];
  const { stdout } = await run(process.execPath, words);
  return JSON.parse(stdout) as FixedRateResult;
}
