import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ReleaseFaults, writeRelease } from '../../../lib/demo/release.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

interface ShopResponse {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface Shop {
  readonly port: number;
  readonly child: ChildProcess;
  /** Resolves with exit code and signal. */
  readonly exited: Promise<readonly [number | null, NodeJS.Signals | null]>;
  readonly get: (path: string, init?: RequestInit) => Promise<ShopResponse>;
  /** The log lines so far. */
  readonly log: () => Promise<{ level: string; message: string }[]>;
}

/** Starts a release of the demo service as a child process and ends it afterwards. */
export async function withShop(
  faults: ReleaseFaults,
  use: (shop: Shop) => Promise<void>,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const file = await writeRelease(folder, 'shop', { version: '1.0.0', faults });
    const child = spawn(process.execPath, [file], {
      cwd: folder,
      env: { PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const listening = once(child.stdout, 'data') as Promise<[Buffer]>;
    try {
      const [text] = await Promise.race([listening, exited.then(() => [''] as const)]);
      const port = Number(/port (\d+)/.exec(String(text))?.[1] ?? 0);
      await use({
        port,
        child,
        exited,
        async get(path, init) {
          const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
          return { status: response.status, body: (await response.json()) as never };
        },
        async log() {
          const lines = await readFile(join(folder, 'logs/json/shop.log'), 'utf8');
          return lines
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as never);
        },
      });
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
  });
}
