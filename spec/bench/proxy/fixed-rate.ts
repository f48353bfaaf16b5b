import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The same as in fixed-rate-child. */
const CONNECTIONS = 64;
const run = promisify(execFile);

/** One open loop over 64 connections. */
export interface FixedRateResult {
  readonly requests: number;
  readonly failures: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Requests `path` at a fixed rate and measures how long the responses take. */
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

/**
 * Requests `/` at a fixed rate with h2load, which leaves more of the host to the server than a Node program does;
 * how long the responses take is not measured.
 */
export async function runLightFixedRate(
  port: number,
  rate: number,
  seconds: number,
): Promise<FixedRateResult> {
  const { stdout } = await run('h2load', [
    '--h1',
    '-t1',
    `-c${CONNECTIONS}`,
    `-D${seconds}`,
    `--rps=${rate / CONNECTIONS}`,
    `http://127.0.0.1:${port}/`,
  ]);
  const [requests = 0, failed = 0, timedOut = 0] = ['succeeded', 'failed', 'timeout'].map((kind) =>
    Number(new RegExp(String.raw`(\d+) ${kind}`).exec(stdout)?.[1] ?? 0),
  );
  const failures = failed + timedOut;
  return {
    requests,
    failures,
    perSecond: requests / seconds,
    p50Ms: Number.NaN,
    p99Ms: Number.NaN,
  };
}
