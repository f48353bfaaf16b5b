import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * The demo several times in a row beside programs that keep every processor busy:
 * `npm run soak:demo -- [--times 10] [--busy PROCESSES]`
 */
const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '10' },
    busy: { type: 'string', default: String(availableParallelism()) },
  },
});
const MAIN = fileURLToPath(new URL('../../actors/app/main.js', import.meta.url));

const hogs = Array.from({ length: Number(values.busy) }, () =>
  spawn(process.execPath, ['-e', 'for (;;) if (process.ppid === 1) break'], { stdio: 'ignore' }),
);
let failed = 0;
try {
  for (let turn = 1; turn <= Number(values.times); turn += 1) {
    const startedMs = Date.now();
    const { code, text } = await demo();
    const seconds = Math.round((Date.now() - startedMs) / 1000);
    process.stdout.write(
      `demo ${turn}: ${code === 0 ? 'succeeded' : 'FAILED'} after ${seconds} s\n`,
    );
    if (code === 0) continue;
    failed += 1;
    process.stdout.write(`${text}\n`);
  }
} finally {
  for (const hog of hogs) hog.kill('SIGKILL');
}
process.exitCode = failed === 0 ? 0 : 1;

// Private

function demo(): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, ['--max-semi-space-size=2', MAIN, 'demo'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, text })));
}
