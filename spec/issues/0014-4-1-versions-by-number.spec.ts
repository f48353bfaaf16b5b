import { get } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { versionMeant } from '../../lib/base/names/version-meant.ts';
import { run, withDaemon } from '../lib/cli/run-support.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';

describe('Issue 14, 4.1: a version as `status` prints it', () => {
  it('may be a number, a name, a server file or a folder', () => {
    const forms = [
      '1.4.2',
      'inventory-1.4.2',
      'inventory-1.4.2.jar',
      './inventory-1.4.2/',
      ' 1.4.2 ',
    ];
    for (const form of forms)
      expect(versionMeant('inventory', form), form).to.equal('inventory-1.4.2');
    expect(versionMeant('my-3-app', '1.0-SNAPSHOT')).to.equal('my-3-app-1.0-SNAPSHOT');
  });

  it('finds the folder of an executable without an extension', () => {
    const known = ['inventory-1.4.1', 'inventory-1.4.2.d'];
    for (const form of ['1.4.2', 'inventory-1.4.2', 'inventory-1.4.2.d', '1.4.2.d']) {
      expect(versionMeant('inventory', form, known), form).to.equal('inventory-1.4.2.d');
    }
  });

  it('is a safe path segment, or nothing', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'binary' }), (text) => {
        const name = versionMeant('shop', text);
        if (name !== null)
          expect(name)
            .to.match(/^shop-\d[\w.+~-]*$/)
            .and.not.contain('..');
      }),
      { numRuns: 2000 },
    );
    for (const wrong of ['', '../../etc', 'v', 'shop-', '1/../2', 'other-1.0.0']) {
      expect(versionMeant('shop', wrong), wrong).to.equal(null);
    }
  });

  it('is refused before anybody is asked whether to act, when it is not under test', async () => {
    await withDaemon(async (base, handlers) => {
      const before = handlers.calls.length;
      for (const kind of ['promote', 'reject']) {
        for (const typed of ['1.5', '9.9.9', '1.4.2']) {
          const { code, stderr } = await run([kind, typed, '--base', base]);
          expect(stderr).to.match(/inventory-[\d.]+ is not under test; inventory-1\.5\.0 is/);
          expect(stderr).not.to.contain('--yes');
          expect(code).to.equal(6);
        }
      }
      const acts = JSON.stringify(handlers.calls.slice(before)).match(/promote|reject/g);
      expect(acts).to.equal(null);
    });
  });

  it('is sent to the daemon by its whole name, whatever was typed', async () => {
    await withDaemon(async (base, handlers) => {
      for (const kind of ['promote', 'reject', 'retest']) {
        for (const typed of ['1.5.0', 'inventory-1.5.0', 'inventory-1.5.0.jar']) {
          const { code, stderr } = await run([kind, typed, '--yes', '--base', base]);
          expect(code, stderr).to.equal(0);
          expect(handlers.calls.at(-1)).to.have.nested.property(
            `${kind}.version`,
            'inventory-1.5.0',
          );
        }
      }
    });
  });

  it('is refused with what would be right', async () => {
    await withDaemon(async (base) => {
      const { code, stderr } = await run(['promote', 'banana', '--yes', '--base', base]);
      expect(code).to.equal(2);
      expect(stderr).to.contain('"banana" is not a version of inventory');
      expect(stderr).to.contain('known: inventory-1.4.2, inventory-1.5.0');
    });
  });

  it('is understood by every command and route of a running daemon', async function () {
    this.timeout(60_000);
    await withWorld({ verdict_mode: 'manual' }, async (world) => {
      const daemon = await world.startServing();
      await world.drop('1.0.1');
      await daemon.testing('shop-1.0.1');
      const trace = await world.vili('trace', '--id', '1.0.1', '--json');
      expect(JSON.parse(trace.stdout)).to.not.deep.equal([]);
      const wrong = await world.vili('reject', '9.9.9', '--yes');
      expect([wrong.code, wrong.stderr]).to.deep.equal([
        6,
        'vili: shop-9.9.9 is not under test; shop-1.0.1 is\n',
      ]);
      expect((await world.vili('why', '1.0.1')).stdout).to.contain('shop-1.0.1: ');
      const rejected = await world.vili('reject', '1.0.1', '--yes');
      expect(rejected.code, rejected.stderr).to.equal(0);
      const retested = await world.vili('retest', '1.0.1', '--yes');
      expect(retested.code, retested.stderr).to.equal(0);
      await daemon.testing('shop-1.0.1');
      for (const version of ['nonsense', '..', '1.0.0/../x', ' ']) {
        for (const path of ['report', 'differences']) {
          const { status } = await ask(world, `/v1/${path}?version=${encodeURIComponent(version)}`);
          expect(status, `${path} ${version}`).to.equal(400);
        }
      }
    });
  });
});

function ask({ base }: DaemonWorld, path: string): Promise<{ status: number | undefined }> {
  return new Promise((resolve, reject) => {
    get({ socketPath: join(base, '.vili', 'vili.sock'), path, agent: false }, (response) => {
      response.resume();
      response.once('end', () => resolve({ status: response.statusCode }));
    }).once('error', reject);
  });
}
