import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, open, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { watchServerFiles } from '../../../../lib/base/arrival/watcher.ts';
import { failureOf } from '../../../support/failure.ts';
import { jarBytes } from '../../../support/jar-file.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const run = promisify(execFile);
const STABLE_MS = 60;
const JAR = jarBytes({ 'a.class': 'x'.repeat(20_000), 'inner.jar': jarBytes({ b: 'c' }) });

/** The reports of a watch, in order, with the content of each file at that moment. */
class Watched {
  readonly files: string[] = [];
  readonly hashes: string[] = [];
  readonly problems: string[] = [];
  readonly base: string;
  readonly #events = new EventEmitter();

  constructor(base: string) {
    this.base = base;
  }

  onFile(fileName: string): void {
    this.files.push(fileName);
    this.hashes.push(hashOf(readFileSync(join(this.base, fileName))));
    this.#events.emit('report');
  }

  onProblem(text: string): void {
    this.problems.push(text);
    this.#events.emit('report');
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#events, 'report');
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function withWatch(
  use: (watched: Watched, rescan: () => Promise<void>) => Promise<void>,
  prepare: (base: string) => Promise<void> = async () => {},
  stableMs = STABLE_MS,
): Promise<void> {
  await withTempFolder(async (base) => {
    await prepare(base);
    const watched = new Watched(base);
    const watch = await watchServerFiles({
      base,
      identifier: 'id',
      stableMs,
      pollMs: 10,
      problemMs: 200,
      signal: new AbortController().signal,
      onFile: (file) => watched.onFile(file.fileName),
      onProblem: (text) => watched.onProblem(text),
    });
    try {
      await use(watched, () => watch.rescan());
    } finally {
      await watch.close();
    }
  });
}

/** Writes one more file after everything else: once it is reported, everything before it has been, too. */
async function settled(watched: Watched): Promise<void> {
  const fileName = `id-999.${watched.files.length}.js`;
  await sleep(2 * STABLE_MS);
  await writeFile(join(watched.base, fileName), 'last');
  await watched.until(() => watched.files.includes(fileName));
  watched.hashes.splice(watched.files.indexOf(fileName), 1);
  watched.files.splice(watched.files.indexOf(fileName), 1);
}

describe('watching the base for server files', () => {
  it('reports the files already present, oldest version first, and nothing else', async () => {
    await withWatch(
      async (watched) => {
        await watched.until(() => watched.files.length >= 3);
        await settled(watched);
        expect(watched.files).to.deep.equal(['id-1.9.jar', 'id-1.10.jar', 'id-2.0.js']);
        expect(watched.problems).to.deep.equal([]);
      },
      async (base) => {
        for (const name of ['id-1.10.jar', 'id-1.9.jar', 'id-agent-1.0.jar', 'other-1.0.jar']) {
          await writeFile(join(base, name), JAR);
        }
        await writeFile(join(base, 'id-2.0.js'), 'serve()');
        await symlink('id-1.10.jar', join(base, 'id.jar'));
        await mkdir(join(base, 'id-1.10'));
        await writeFile(join(base, 'id-1.10', 'id-1.10.jar'), JAR);
      },
    );
  });

  it('reports a file that is renamed into base, copied, or linked within base', async () => {
    await withWatch(async (watched) => {
      await writeFile(join(watched.base, 'download.part'), JAR);
      await rename(join(watched.base, 'download.part'), join(watched.base, 'id-1.0.jar'));
      await watched.until(() => watched.files.includes('id-1.0.jar'));
      await run('cp', [join(watched.base, 'id-1.0.jar'), join(watched.base, 'id-1.1.jar')]);
      await watched.until(() => watched.files.includes('id-1.1.jar'));
      await symlink('id-1.1.jar', join(watched.base, 'id-1.2.jar'));
      await watched.until(() => watched.files.includes('id-1.2.jar'));
      expect(watched.problems).to.deep.equal([]);
    });
  });

  it('reports a jar once it is complete, however slowly and unevenly it is written', async () => {
    const chunk = fc.record({
      bytes: fc.integer({ min: 1, max: 12_000 }),
      pauseMs: fc.integer({ min: 0, max: 90 }),
    });
    await withWatch(async (watched) => {
      let number = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 5 }), async (chunks) => {
          number += 1;
          const fileName = `id-1.${number}.jar`;
          await writeSlowly(join(watched.base, fileName), chunks);
          await watched.until(() => watched.files.includes(fileName));
        }),
        { numRuns: 12 },
      );
      expect(new Set(watched.hashes)).to.deep.equal(new Set([hashOf(JAR)]));
      expect(new Set(watched.files).size).to.equal(watched.files.length);
    });
  });

  it('reports a file without an end record when nothing has been written for a while', async () => {
    await withWatch(
      async (watched) => {
        const file = await open(join(watched.base, 'id-1.0.js'), 'w');
        for (let i = 0; i < 6; i += 1) {
          await file.writeFile(`line(${i});\n`);
          await sleep(30);
        }
        await file.close();
        await watched.until(() => watched.files.length > 0);
        const whole = Array.from({ length: 6 }, (_, i) => `line(${i});\n`).join('');
        expect(watched.hashes).to.deep.equal([hashOf(Buffer.from(whole))]);
      },
      async () => {},
      1000,
    );
  });

  it('reports new content under the same name again, whether rewritten in place or renamed over', async () => {
    await withWatch(async (watched) => {
      const path = join(watched.base, 'id-1.0.jar');
      await writeFile(path, JAR);
      await watched.until(() => watched.files.length === 1);
      const other = jarBytes({ 'other.class': 'new build' });
      await writeFile(path, other);
      await watched.until(() => watched.files.length === 2);
      await writeFile(join(watched.base, 'x'), JAR);
      await rename(join(watched.base, 'x'), path);
      await watched.until(() => watched.files.length === 3);
      expect(watched.hashes).to.deep.equal([JAR, other, JAR].map(hashOf));
    });
  });

  it('reports the same content once, whatever events and rescans follow', async () => {
    await withWatch(async (watched, rescan) => {
      await writeFile(join(watched.base, 'id-1.0.jar'), JAR);
      await watched.until(() => watched.files.length === 1);
      for (let i = 0; i < 5; i += 1) await rescan();
      await settled(watched);
      expect(watched.files).to.deep.equal(['id-1.0.jar']);
    });
  });

  it('reports a truncated jar as a problem once, and as a file when it is completed', async () => {
    await withWatch(async (watched, rescan) => {
      const path = join(watched.base, 'id-1.0.jar');
      await writeFile(path, JAR.subarray(0, -10));
      await watched.until(() => watched.problems.length === 1);
      expect(watched.problems[0]).to.include('id-1.0.jar').and.include('cut off');
      await rescan();
      await settled(watched);
      expect([watched.files.length, watched.problems.length]).to.deep.equal([0, 1]);
      const file = await open(path, 'a');
      await file.writeFile(JAR.subarray(-10));
      await file.close();
      await watched.until(() => watched.files.length === 1);
      expect(watched.hashes).to.deep.equal([hashOf(JAR)]);
    });
  });

  it('reports empty files, outward links and files without execute permission as problems', async () => {
    await withWatch(async (watched) => {
      await writeFile(join(watched.base, 'id-1.0.js'), '');
      await symlink('/etc/passwd', join(watched.base, 'id-1.1.jar'));
      await writeFile(join(watched.base, 'id-1.2'), 'notes', { mode: 0o644 });
      await watched.until(() => watched.problems.length === 3);
      const texts = watched.problems.sort().join('\n');
      expect(texts).to.match(
        /id-1.0.js .* empty\n.*id-1.1.jar .* out of the base folder\n.*id-1.2 .* executable/,
      );
      expect(watched.files).to.deep.equal([]);
    });
  });

  it('does not treat a vanishing file as a problem, and reports it once it stays', async () => {
    await withWatch(async (watched) => {
      const path = join(watched.base, 'id-1.0.jar');
      for (let i = 0; i < 30; i += 1) {
        await writeFile(path, JAR);
        await unlink(path);
      }
      await writeFile(path, JAR);
      await watched.until(() => watched.files.length > 0);
      await unlink(path);
      await settled(watched);
      expect([watched.files, watched.problems]).to.deep.equal([['id-1.0.jar'], []]);
      await writeFile(path, JAR);
      await watched.until(() => watched.files.length === 2);
    });
  });

  it('ends with its signal, and fails to start in a missing folder', async () => {
    await withTempFolder(async (base) => {
      const abort = new AbortController();
      const reports: string[] = [];
      const options = {
        base,
        identifier: 'id',
        stableMs: 1,
        pollMs: 1,
        signal: abort.signal,
        onFile: () => void reports.push('file'),
        onProblem: (text: string) => void reports.push(text),
      };
      const watch = await watchServerFiles(options);
      abort.abort();
      await watch.close();
      await writeFile(join(base, 'id-1.0.jar'), JAR);
      await watch.rescan();
      await sleep(50);
      expect(reports).to.deep.equal([]);
      const signal = new AbortController().signal;
      const error = await failureOf(
        watchServerFiles({ ...options, signal, base: join(base, 'none') }),
      );
      expect(error).to.have.property('code', 'VILI_BASE_UNREADABLE');
      await rm(join(base, 'id-1.0.jar'));
    });
  });
});

async function writeSlowly(
  path: string,
  chunks: readonly { readonly bytes: number; readonly pauseMs: number }[],
): Promise<void> {
  const file = await open(path, 'w');
  let offset = 0;
  for (const { bytes, pauseMs } of chunks) {
    await file.writeFile(JAR.subarray(offset, offset + bytes));
    offset += bytes;
    await sleep(pauseMs);
  }
  await file.writeFile(JAR.subarray(offset));
  await file.close();
}
