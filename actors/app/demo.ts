import { fileURLToPath } from 'node:url';
import type { DemoOptions } from '../../lib/cli/terminal/io.ts';
import { daemonStarter } from '../../lib/demo/daemon.ts';
import { DEMO_LIMIT_MS, runDemo } from '../../lib/demo/demo.ts';

/** `vili demo`: this program as a child process, on a base folder of its own. */
export function demo({ keep }: DemoOptions, signal: AbortSignal): Promise<number> {
  return runDemo({
    startDaemon: daemonStarter(fileURLToPath(new URL('./main.js', import.meta.url))),
    out: (line) => process.stdout.write(`${line}\n`),
    signal,
    keep,
    limitMs: DEMO_LIMIT_MS,
    now: Date.now,
    random: Math.random,
  });
}
