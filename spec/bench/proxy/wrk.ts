import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const CONNECTIONS = 64;
/** With large responses, few enough that they finish within a round. */
const CONNECTIONS_LARGE = 8;
const run = promisify(execFile);

export interface Load {
  readonly path: string;
  /** Bytes of the body; 0 for GET. */
  readonly uploadBytes: number;
  /** Responses of megabytes. */
  readonly isLarge?: boolean;
}

/** One closed loop: as many requests as the server can take. */
export interface LoadResult {
  readonly requests: number;
  readonly perSecond: number;
  /** Broken connections, time-outs and statuses beyond 399. */
  readonly failures: number;
}

/** Runs wrk with 64 connections. */
export async function runWrk(
  folder: string,
  port: number,
  load: Load,
  seconds: number,
): Promise<LoadResult> {
  const script: string[] = [];
  if (load.uploadBytes > 0) {
    const file = join(folder, `upload-${load.uploadBytes}.lua`);
    await writeFile(file, `wrk.method = "POST"\nwrk.body = string.rep("x", ${load.uploadBytes})\n`);
    script.push('-s', file);
  }
  const { stdout } = await run('wrk', [
    '-t1',
    `-c${load.isLarge === true ? CONNECTIONS_LARGE : CONNECTIONS}`,
    `-d${seconds}s`,
    ...script,
    `http://127.0.0.1:${port}${load.path}`,
  ]);
  const errors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(
    stdout,
  );
  const statuses = /Non-2xx or 3xx responses: (\d+)/.exec(stdout);
  const failures = [...(errors?.slice(1) ?? []), statuses?.[1] ?? '0'].map(Number);
  return {
    requests: Number(/(\d+) requests in/.exec(stdout)?.[1] ?? 0),
    perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1] ?? 0),
    failures: failures.reduce((sum, count) => sum + count, 0),
  };
}
