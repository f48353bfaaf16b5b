import { expect } from 'chai';
import { type ArchivistDeps, archivistActor } from '../../actors/archivist-actor.ts';
import { WriteHealth } from '../../lib/disk/write-health.ts';
import type { ArchivistMessage, DeployerMessage } from '../../actors/messages.ts';
import type { RestoredVersion } from '../../lib/archive/restore-archived.ts';
import { release } from '../lib/deployment/world.ts';
import { deferred, inbox, recordingJournal, type Stage, withActor } from '../support/actor-kit.ts';
import { eventually } from '../support/eventually.ts';

describe('The archivist', () => {
  it('packs one version after the other and reports each to the deployer', async () => {
    const { deps, deployer, packed } = fixture();
    await withArchivist(deps, async ({ actor }) => {
      actor.tell({ type: 'archive', name: 'shop-1' });
      actor.tell({ type: 'archive', name: 'shop-2' });
      actor.tell({ type: 'archive', name: 'shop-1' });
      await eventually(
        'both are packed',
        () => packed.length === 2 && deployer.messages.length === 2,
      );
      expect(packed).to.deep.equal(['shop-1', 'shop-2']);
      expect(deployer.messages).to.deep.equal([
        { type: 'archived', name: 'shop-1' },
        { type: 'archived', name: 'shop-2' },
      ]);
    });
  });

  it('asks the deployer whether a folder may be deleted', async () => {
    const { deps, deployer } = fixture();
    const replies: boolean[] = [];
    const archive: ArchivistDeps['archive'] = async (name, mayDelete) => {
      replies.push(await mayDelete());
      return `${name} is archived`;
    };
    await withArchivist({ ...deps, archive }, async ({ actor }) => {
      actor.tell({ type: 'archive', name: 'shop-1' });
      const question = await deployer.next('may-delete');
      expect(question.name).to.equal('shop-1');
      question.reply.tell(true);
      await deployer.next('archived');
      expect(replies).to.deep.equal([true]);
    });
  });

  it('goes on with the next version when one cannot be packed, and tries that one again', async () => {
    const { deps, deployer, journal, packed } = fixture();
    let failures = 1;
    const archive: ArchivistDeps['archive'] = async (name, ...rest) => {
      if (name === 'shop-1' && failures-- > 0) throw new Error('disk full');
      return deps.archive(name, ...rest);
    };
    await withArchivist({ ...deps, archive }, async ({ actor }) => {
      actor.tell({ type: 'archive', name: 'shop-1' });
      actor.tell({ type: 'archive', name: 'shop-2' });
      await eventually('both are archived', () => deployer.messages.length === 2);
      expect(packed).to.deep.equal(['shop-2', 'shop-1']);
      expect(journal.lines).to.include('error shop-1 could not be archived, next try in 1000 ms');
    });
  });

  it('reports a full disk once, and that it archives again', async () => {
    const { deps, deployer, journal } = fixture();
    let failures = 2;
    const archive: ArchivistDeps['archive'] = (name, ...rest) =>
      failures-- > 0
        ? Promise.reject(new Error(`ENOSPC: no space left on device, ${failures}`))
        : deps.archive(name, ...rest);
    await withArchivist({ ...deps, archive }, async ({ actor }) => {
      actor.tell({ type: 'archive', name: 'shop-1' });
      actor.tell({ type: 'archive', name: 'shop-2' });
      await eventually('both are archived', () => deployer.messages.length === 2);
    });
    expect(journal.lines.filter((line) => !line.startsWith('info'))).to.deep.equal([
      'error an archive cannot be written: ENOSPC: no space left on device, 1',
      'notice an archive is written again, after 2 failures',
    ]);
  });

  it('takes no second order for a version that it is packing', async () => {
    const { deps, deployer } = fixture();
    const { promise, resolve } = deferred<string>();
    let calls = 0;
    const archive = (): Promise<string> => {
      calls += 1;
      return promise;
    };
    await withArchivist({ ...deps, archive }, async ({ actor, system }) => {
      actor.tell({ type: 'archive', name: 'shop-1' });
      actor.tell({ type: 'archive', name: 'shop-1' });
      await eventually('the mailbox is empty', () => system.tree()[0]?.mailbox === 0);
      resolve('done');
      await deployer.next('archived');
      expect(calls).to.equal(1);
    });
  });

  it('names what it removed at its start, and starts even when that fails', async () => {
    const { deps, journal } = fixture();
    await withArchivist(
      { ...deps, cleanUp: () => Promise.resolve({ removed: ['.shop-1.zip'], problems: [] }) },
      async () => {
        expect(journal.lines.join()).to.contain('.shop-1.zip');
      },
    );
    const cleanUp = (): Promise<never> => Promise.reject(new Error('EACCES'));
    await withArchivist({ ...deps, cleanUp }, async () => {
      expect(journal.lines.at(-1)).to.match(/^error .*EACCES/);
    });
  });

  it('asks the deployer for its orders after a restart, and only then', async () => {
    const { deps, deployer } = fixture();
    await withArchivist(deps, async ({ crash }) => {
      expect(deployer.types()).to.deep.equal([]);
      await crash();
      expect(deployer.types()).to.deep.equal(['resync']);
    });
  });

  it('cancels the packing when it is stopped', async () => {
    const { deps } = fixture();
    const signals: AbortSignal[] = [];
    const archive: ArchivistDeps['archive'] = (_name, _mayDelete, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    };
    await withArchivist({ ...deps, archive }, async ({ actor }) => {
      actor.tell({ type: 'archive', name: 'shop-1' });
      await eventually('packing has begun', () => signals.length === 1);
    });
    expect(signals[0]?.aborted).to.equal(true);
  });
});

describe('The archivist that restores', () => {
  const job = { type: 'restore', name: 'shop-1', below: 'shop-2' } as const;

  it('reports what came of it, also while it packs another version', async () => {
    const { deps, deployer } = fixture();
    const packing = deferred<string>();
    const work = deferred<RestoredVersion>();
    const asked: unknown[] = [];
    const restore: ArchivistDeps['restore'] = (name, below) => {
      asked.push([name, below]);
      return work.promise;
    };
    await withArchivist({ ...deps, restore, archive: () => packing.promise }, async ({ actor }) => {
      actor.tell({ type: 'archive', name: 'shop-0' });
      actor.tell(job);
      actor.tell(job);
      const found = { release: release(1), isUnpacked: true, newer: [] };
      work.resolve(found);
      expect(await deployer.next('restored')).to.deep.equal({ type: 'restored', ...found });
      expect(asked).to.deep.equal([['shop-1', 'shop-2']]);
      packing.resolve('packed');
      await deployer.next('archived');
    });
  });

  it('reports why it could not', async () => {
    const { deps, deployer } = fixture();
    await withArchivist(deps, async ({ actor }) => {
      actor.tell(job);
      const problem = 'there is no archive/shop-1.zip';
      expect(await deployer.next('not-restored')).to.include({ name: 'shop-1', problem });
    });
  });
});

// Private

function fixture() {
  const deployer = inbox<DeployerMessage>('/vili/deployer');
  const journal = recordingJournal();
  const packed: string[] = [];
  const deps: ArchivistDeps = {
    cleanUp: () => Promise.resolve({ removed: [], problems: [] }),
    archive: (name) => {
      packed.push(name);
      return Promise.resolve(`${name} is archived`);
    },
    restore: (name) => Promise.reject(new Error(`there is no archive/${name}.zip`)),
    deployer,
    writes: new WriteHealth({ journal, now: () => 0 }),
    journal,
  };
  return { deps, deployer, journal, packed };
}

function withArchivist(
  deps: ArchivistDeps,
  use: (stage: Stage<ArchivistMessage>) => Promise<void>,
): Promise<void> {
  return withActor(() => archivistActor(deps), use);
}
