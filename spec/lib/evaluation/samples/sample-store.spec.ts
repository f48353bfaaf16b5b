import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { SampleCopy } from '../../../../lib/compare/sample/sample.ts';
import {
  readSample,
  readSamples,
  SampleStore,
} from '../../../../lib/evaluation/samples/sample-store.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const SETTINGS = { perEndpoint: 3, maxBytes: 5000, maxBodyBytes: 100 };

describe('the samples of a version', () => {
  it('survive a restart and are removed for a fresh test', async () => {
    await withStore(async (store, folder, open) => {
      for (const index of [1, 2]) store.add(copyOf(index));
      await store.flush();
      const again = await open(false);
      expect(again.entries().map(({ id }) => id)).to.deep.equal(['00000001', '00000002']);
      expect(again.entries()).to.deep.equal(store.entries());
      expect((await readSample(folder, '00000002'))?.endpoint).to.equal('GET /a');
      expect((await stat(join(folder, '00000001.json'))).mode & 0o777).to.equal(0o600);
      expect((await open(true)).entries()).to.deep.equal([]);
      expect(await readSamples(folder)).to.deep.equal([]);
    });
  });

  it('are bounded per endpoint and in size, even across restarts', async () => {
    await withStore(async (store, folder, open) => {
      for (const index of [1, 2, 3, 4]) store.add(copyOf(index));
      await store.flush();
      const again = await open(false);
      again.add(copyOf(5));
      again.add(copyOf(6, 'GET /b', 'x'.repeat(6000)));
      again.add(copyOf(7, 'GET /b'));
      await again.flush();
      const names = ['00000001.json', '00000002.json', '00000003.json', '00000007.json'];
      expect((await readdir(folder)).sort()).to.deep.equal(names);
    });
  });

  it('get the lines that both versions logged around them, within the bound', async () => {
    await withStore(async (store, folder, open) => {
      store.add(copyOf(1));
      expect(store.entries()[0]?.logs).to.equal(null);
      store.addLogs('00000001', LOGS);
      store.addLogs('0000000f', LOGS);
      const large = { level: 'info', at: LOGS.running.lines[0]?.at ?? '', text: 'x'.repeat(6000) };
      store.add(copyOf(2));
      store.addLogs('00000002', { ...LOGS, testing: { lines: [large], more: 0 } });
      await store.flush();
      const extract = { running: ['INFO asked'], testing: ['ERROR no such column'] };
      expect(store.entries().map(({ logs }) => logs)).to.deep.equal([extract, null]);
      expect((await open(false)).entries()).to.deep.equal(store.entries());
      expect((await readSample(folder, '00000001'))?.logs).to.deep.equal(LOGS);
      expect((await readSample(folder, '00000002'))?.logs).to.equal(undefined);
    });
  });

  it('do not recreate an archived folder, and leave out files that are not samples', async () => {
    await withStore(async (store, folder, open, problems) => {
      await mkdir(folder);
      for (const name of ['00000009.json', 'ffffffff.json', 'x.json']) {
        await writeFile(join(folder, name), name.startsWith('0') ? 'null?' : '{}');
      }
      expect((await open(false)).entries()).to.deep.equal([]);
      for (const id of ['../x', '', '0000000Z'])
        expect(await readSample(folder, id)).to.equal(null);
      await rm(join(folder, '..'), { recursive: true });
      store.add(copyOf(1));
      await store.flush();
      expect(problems).to.have.length(1);
      expect(store.entries()).to.deep.equal([]);
    });
  });
});

const AT = '2026-01-01T00:00:00.000Z';
const LOGS = {
  running: { lines: [{ at: AT, level: 'info', text: 'asked' }], more: 0 },
  testing: {
    lines: [
      { at: AT, level: 'info', text: 'asked' },
      { at: AT, level: 'error', text: 'no such column' },
      { at: AT, level: 'unknown', text: 'at line 1' },
    ],
    more: 2,
  },
};

type Use = (
  store: SampleStore,
  folder: string,
  open: (fresh: boolean) => Promise<SampleStore>,
  problems: unknown[],
) => Promise<void>;

async function withStore(use: Use): Promise<void> {
  await withTempFolder(async (base) => {
    const folder = join(base, 'shop-2', 'samples');
    await mkdir(join(base, 'shop-2'));
    const problems: unknown[] = [];
    const open = (fresh: boolean) =>
      SampleStore.open(folder, fresh, SETTINGS, (error) => problems.push(error));
    await use(await open(true), folder, open, problems);
  });
}

function copyOf(index: number, endpoint = 'GET /a', more = ''): SampleCopy {
  const id = String(index).padStart(8, '0');
  const atMs = 1_700_000_000_000 + index;
  const about = { id, endpoint, signal: 'errors', key: '200 > 500' } as const;
  const at = new Date(atMs).toISOString();
  const pair = { requestId: `request-${index}`, path: '/a', runningMs: 5 };
  return {
    ...about,
    ...pair,
    atMs,
    text: JSON.stringify({ schema: 'vili.sample/1', ...about, at, more }),
  };
}
