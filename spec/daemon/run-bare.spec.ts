import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { layoutOf } from '../../lib/base/names/layout.ts';
import { MAIN, runVili } from '../support/daemon.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';

/** `vili run-bare` as a child process, until `use` is over. */
async function withBare(
  { base }: DaemonWorld,
  words: readonly string[],
  use: (bare: Bare) => Promise<void>,
): Promise<void> {
  const child = spawn(process.execPath, [MAIN, 'run-bare', '--base', base, ...words], {
    cwd: base,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const bare: Bare = {
    text: '',
    kill: (signal) => child.kill(signal),
    ended: once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (bare.text += text));
  }
  try {
    await use(bare);
  } finally {
    child.kill('SIGTERM');
    await bare.ended;
  }
}

interface Bare {
  text: string;
  kill(signal: NodeJS.Signals): boolean;
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
}

async function versionServed(port: number): Promise<string | null> {
  const response = await fetch(`http://127.0.0.1:${port}/items/1`).catch(() => null);
  await response?.arrayBuffer();
  return response?.headers.get('x-shop-version') ?? null;
}

function served(port: number, version: string): Promise<true> {
  return eventually(
    `${version} is served`,
    async () => (await versionServed(port)) === version || null,
  );
}

/** A server file that tells of the signals it gets, and ends with 7 on SIGTERM. */
const SIGNALLED = `#!/bin/sh
trap 'echo got INT' INT
trap 'echo got HUP' HUP
trap 'echo bye; exit 7' TERM
echo port $PORT as $VILI_ROLE
while :; do sleep 0.05; done
`;

describe('vili run-bare', function () {
  this.timeout(60_000);

  it("serves the running version of the state on the users' port, and leaves the state as it was", async () => {
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      await daemon.kill('SIGTERM');
      // A newer file would be tested, not served.
      await world.drop('1.1.0');
      const { stateFile, historyFile } = layoutOf(world.base, 'shop');
      const before = await Promise.all([stateFile, historyFile].map((it) => readFile(it, 'utf8')));
      await withBare(world, [], async (bare) => {
        await served(world.port, '1.0.0');
        expect(bare.text).to.contain(
          `vili: shop-1.0.0 (by .vili/state.json) on port ${world.port}, without Vili`,
        );
        const second = await runVili(world.base, ['run-bare']);
        expect([second.code, second.stdout]).to.deep.equal([6, '']);
        expect(second.stderr).to.contain('works in this base already');
        const start = await runVili(world.base, ['start']);
        expect(start.code).to.equal(6);
      });
      const after = await Promise.all([stateFile, historyFile].map((it) => readFile(it, 'utf8')));
      expect(after).to.deep.equal(before);
      expect(await versionServed(world.port)).to.equal(null);
      await world.start().serving('shop-1.0.0');
    });
  });

  it('takes the links where the state is damaged, and says so', async () => {
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      await daemon.kill('SIGTERM');
      const { stateFile } = layoutOf(world.base, 'shop');
      await writeFile(stateFile, '{"schema":');
      await rm(`${stateFile}.bak`, { force: true });
      await world.drop('1.1.0');
      await withBare(world, [], async (bare) => {
        await served(world.port, '1.0.0');
        expect(bare.text).to.contain('shop-1.0.0 (by the link shop-running)');
        expect(bare.text).to.contain(`warning: ${stateFile}: `);
      });
    });
  });

  it('refuses while a Vili has the base, and where another process has the port', async () => {
    await withWorld({}, async (world) => {
      const daemon = await world.startServing();
      const refused = await runVili(world.base, ['run-bare']);
      expect([refused.code, refused.stdout]).to.deep.equal([6, '']);
      expect(refused.stderr).to.contain(`another Vili with pid ${daemon.pid} works in this base`);
      await daemon.kill('SIGTERM');
      const other = createServer().listen(world.port, '127.0.0.1');
      await once(other, 'listening');
      try {
        const taken = await runVili(world.base, ['run-bare']);
        expect([taken.code, taken.stdout]).to.deep.equal([2, '']);
        expect(taken.stderr).to.contain(
          `:${world.port}, the port of the users, cannot be listened on`,
        );
      } finally {
        other.close();
      }
    });
  });

  it('passes signals on, and exits as the service does', async () => {
    await withWorld({ readiness_path: null }, async (world) => {
      const file = join(world.base, 'shop-1.0.0.run');
      await writeFile(file, SIGNALLED);
      await chmod(file, 0o755);
      await withBare(world, [], async (bare) => {
        await eventually(
          'it runs',
          () => bare.text.includes(`port ${world.port} as running`) || null,
        );
        expect(bare.text).to.contain('shop-1.0.0 (the newest server file)');
        for (const name of ['INT', 'HUP'] as const) {
          bare.kill(`SIG${name}`);
          await eventually(`it has ${name}`, () => bare.text.includes(`got ${name}`) || null);
        }
        bare.kill('SIGTERM');
        expect(await bare.ended).to.deep.equal([7, null]);
        expect(bare.text.match(/got INT/g)).to.have.length(1);
      });
    });
  });

  it('says what is missing', async () => {
    await withWorld({}, async (world) => {
      const none = await runVili(world.base, ['run-bare']);
      expect([none.code, none.stdout]).to.deep.equal([2, '']);
      expect(none.stderr).to.contain('no version runs in').and.contain('no link shop-running');
      await mkdir(join(world.base, 'shop-1.0.0'));
      await writeFile(join(world.base, 'shop-1.0.0', 'shop-1.0.0.xyz'), 'no program');
      await writeFile(join(world.base, 'shop-1.0.0.xyz'), 'no program');
      const bad = await runVili(world.base, ['run-bare']);
      expect([bad.code, bad.stdout]).to.deep.equal([1, '']);
      expect(bad.stderr).to.contain("is not executable and no 'launch' setting covers 'xyz'");
    });
  });
});
