import { expect } from 'chai';
import { type IngestorDeps, ingestorActor } from '../../actors/ingestor-actor.ts';
import type { DeployerMessage, IngestorMessage } from '../../actors/messages.ts';
import { parseAcceptFile } from '../../lib/base/arrival/accept-file.ts';
import { parseServerFile, type ServerFile } from '../../lib/base/names/server-file.ts';
import { inbox, recordingJournal, type Stage, withActor } from '../support/actor-kit.ts';
import { eventually } from '../support/eventually.ts';

type Hooks = Parameters<IngestorDeps['watch']>[0];

describe('The ingestor', () => {
  it('reports a complete file as an arrived release', async () => {
    const { deps, deployer, hooks } = fixture();
    await withIngestor(deps, async () => {
      hooks()?.onFile(fileOf(2));
      const arrived = await deployer.next('arrived');
      expect(arrived.release).to.include({ name: 'shop-2', fingerprint: 'print of shop-2.jar' });
      expect(arrived.foundAtStart).to.equal(false);
    });
  });

  it('marks a file that was present at the start, once', async () => {
    const { deps, deployer, hooks } = fixture([fileOf(1)]);
    await withIngestor(deps, async () => {
      hooks()?.onFile(fileOf(1));
      hooks()?.onFile(fileOf(1));
      await eventually('both are reported', () => deployer.messages.length === 2);
      const found = deployer.messages.map((it) => it.type === 'arrived' && it.foundAtStart);
      expect(found).to.deep.equal([true, false]);
    });
  });

  it('says nothing of a file that vanished while it was read', async () => {
    const { deps, deployer, hooks, journal } = fixture();
    const identify = (file: ServerFile) =>
      file.version === '1'
        ? Promise.reject(Object.assign(new Error('gone'), { code: 'ENOENT' }))
        : deps.identify(file);
    await withIngestor({ ...deps, identify }, async () => {
      hooks()?.onFile(fileOf(1));
      hooks()?.onFile(fileOf(2));
      await deployer.next('arrived');
      expect(deployer.messages).to.have.length(1);
      expect(journal.lines).to.deep.equal([]);
    });
  });

  it('passes on what a file declares, and tells people of one that is wrong', async () => {
    const { deps, deployer, hooks } = fixture();
    await withIngestor(deps, async () => {
      const declaring = (version: number) => {
        const file = parseAcceptFile('shop', `shop-${version}.accept`);
        if (file === undefined) throw new Error('not such a file');
        return file;
      };
      hooks()?.onAcceptFile?.(declaring(2));
      const declared = await deployer.next('declared');
      expect(declared).to.deep.equal({
        type: 'declared',
        version: '2',
        fileName: 'shop-2.accept',
        entries: [{ endpoint: null, path: '$.a', reason: 'meant' }],
      });
      hooks()?.onAcceptFile?.(declaring(3));
      expect(await deployer.next('note')).to.include({
        event: 'refused',
        version: 'shop-3.accept',
        text: 'nothing of shop-3.accept counts: line 1 is wrong',
      });
    });
  });

  it('logs a file that cannot be read, and what the watcher reports', async () => {
    const { deps, hooks, journal } = fixture();
    const identify = () => Promise.reject(new Error('EACCES'));
    await withIngestor({ ...deps, identify }, async () => {
      hooks()?.onFile(fileOf(1));
      hooks()?.onProblem('the base folder is gone');
      await eventually('both are logged', () => journal.lines.length === 2);
      expect(journal.lines).to.have.members([
        'warn shop-1.jar cannot be read: EACCES',
        'warn the base folder is gone',
      ]);
    });
  });

  it('closes its watcher at a restart and watches anew', async () => {
    const { deps, deployer, hooks, closed } = fixture([fileOf(1)]);
    await withIngestor(deps, async ({ crash }) => {
      const before = hooks();
      await crash();
      expect(closed()).to.equal(1);
      expect(before?.signal?.aborted).to.equal(true);
      hooks()?.onFile(fileOf(1));
      expect(await deployer.next('arrived')).to.include({ foundAtStart: true });
    });
    expect(closed()).to.equal(2);
  });
});

// Private

function fileOf(version: number): ServerFile {
  const file = parseServerFile('shop', `shop-${version}.jar`);
  if (file === undefined) throw new Error('not a server file');
  return file;
}

function fixture(present: readonly ServerFile[] = []) {
  const deployer = inbox<DeployerMessage>('/vili/deployer');
  const journal = recordingJournal();
  const watched: Hooks[] = [];
  let closed = 0;
  const deps: IngestorDeps = {
    watch: (hooks) => {
      watched.push(hooks);
      const close = (): Promise<void> => {
        closed += 1;
        return Promise.resolve();
      };
      return Promise.resolve({ close } as Awaited<ReturnType<IngestorDeps['watch']>>);
    },
    present: () => Promise.resolve(present),
    names: () => Promise.resolve(['Shop-0.jar']),
    identify: (file) => Promise.resolve({ ...file, fingerprint: `print of ${file.fileName}` }),
    readDeclared: (file) =>
      Promise.resolve(
        file.version === '3'
          ? { entries: [], problems: ['line 1 is wrong'] }
          : { entries: [{ endpoint: null, path: '$.a', reason: 'meant' }], problems: [] },
      ),
    deployer,
    journal,
  };
  return { deps, deployer, journal, hooks: () => watched.at(-1), closed: () => closed };
}

function withIngestor(
  deps: IngestorDeps,
  use: (stage: Stage<IngestorMessage>) => Promise<void>,
): Promise<void> {
  return withActor(() => ingestorActor(deps), use);
}
