import { execFile, spawnSync } from 'node:child_process';
import { access, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import { loadSettings } from '../../config/load.ts';
import { type Daemon, MAIN, NODE_FLAGS, runVili } from '../support/daemon.ts';
import { type DaemonWorld, withWorld } from '../support/daemon-world.ts';
import { hasJdk } from '../support/jars.ts';
import { withTempFolder } from '../support/temp-folder.ts';

/** From dist/spec/daemon to the project. */
const EXAMPLES = fileURLToPath(new URL('../../../examples/', import.meta.url));
const LANGUAGES = ['node', 'python', 'jar', 'executable'];
const QUICK = {
  VILI_HOST: '127.0.0.1',
  VILI_DISK_MIN_FREE: '0%',
  VILI_MIRROR_BUSY_LIMIT: '100%',
  VILI_ARRIVAL_STABLE: '300ms',
  VILI_PROBATION: '0s',
  VILI_VERDICT_MIN_TIME: '2s',
  VILI_VERDICT_MIN_REQUESTS: '60',
  VILI_VERDICT_MARGIN: '10%',
  VILI_VERDICT_WARMUP_TIME: '1s',
  VILI_VERDICT_WARMUP_REQUESTS: '20',
  VILI_VERDICT_CONFIRM_TIME: '1s',
  VILI_VERDICT_LOG_WINDOW: '500ms',
  // How fast two versions are beside another spec is not the matter here.
  VILI_VERDICT_SPEED: 'report',
};

describe('The examples', function () {
  this.timeout(240_000);

  for (const language of LANGUAGES) {
    it(`start as they are: ${language}`, async function () {
      if (language === 'jar' && !hasJdk()) this.skip();
      if (['python', 'executable'].includes(language) && !isThere('python3')) this.skip();
      await withExample(language, async (world) => {
        if (language === 'jar') await run(join(world.base, 'build.sh'), ['1.0.0']);
        await start(world).serving('greeter-1.0.0');
        expect(await read(world)).to.deep.equal({ greeting: 'hello', version: '1.0.0' });
        const left = await runVili(world.base, ['logs', 'running']);
        expect(left.stderr).to.not.contain('error');
      });
    });
  }

  it('release from a pipeline: the exit code says what became of the version', async () => {
    await withExample('node', async (world) => {
      const daemon = start(world);
      await daemon.serving('greeter-1.0.0');
      const users = setInterval(() => void read(world).catch(() => undefined), 20);
      try {
        const source = await readFile(join(EXAMPLES, 'node', 'greeter-1.0.0.mjs'), 'utf8');
        const good = source.replace('1.0.0', '1.0.1');
        const exit = released(world, 'greeter-1.0.1.mjs', good);
        await daemon.testing('greeter-1.0.1');
        await shipsAllLogs(world.base);
        expect(await exit).to.match(/ 0$/);
        expect(await read(world)).to.include({ version: '1.0.1' });
        const bad = good
          .replace('1.0.1', '1.0.2')
          .replace('response.setHeader', 'response.statusCode = 500; response.setHeader');
        expect(await released(world, 'greeter-1.0.2.mjs', bad)).to.match(/ 3$/);
      } finally {
        clearInterval(users);
      }
    });
  });

  it('run beside each other, each at its own ports', async () => {
    const [node, clock] = [portsOf('node'), portsOf('clock')];
    expect(new Set([...node, ...clock]).size).to.equal(node.length + clock.length);
    await withExample('node', async (one) => {
      await withExample('clock', async (other) => {
        const [first, second] = [start(one), start(other)];
        await Promise.all([first.serving('greeter-1.0.0'), second.serving('clock-2.1.0')]);
        const all = await runVili(one.base, ['status', '--all', one.base, other.base]);
        expect(all.code).to.equal(0);
        expect(all.stdout).to.match(/greeter[^]*RUNNING 1\.0\.0[^]*clock[^]*RUNNING 2\.1\.0/);
      });
    });
  });
});

/** A base with a copy of the example, at ports of its own. */
function withExample(name: string, use: (world: DaemonWorld) => Promise<void>): Promise<void> {
  return withWorld({}, async (world) => {
    await cp(join(EXAMPLES, name), world.base, { recursive: true });
    await use(world);
  });
}

/** Every port that the example may listen on where it stands. */
function portsOf(name: string): readonly number[] {
  const { settings } = loadSettings({ base: join(EXAMPLES, name), flags: {}, environment: {} });
  const { from, to } = settings.portRange;
  return [settings.port, ...Array.from({ length: to - from + 1 }, (_, index) => from + index)];
}

function start(world: DaemonWorld): Daemon {
  const { from, to } = world.ports;
  const ports = { VILI_PORT: String(world.port), VILI_PORT_RANGE: `${from}-${to}` };
  return world.start({ environment: { ...QUICK, ...ports } });
}

async function read(world: DaemonWorld): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${world.port}/`);
  return response.json();
}

/** What the pipeline's script says, and its exit code. */
function released(world: DaemonWorld, name: string, source: string): Promise<string> {
  return withTempFolder(async (folder) => {
    const command = join(folder, 'bin', 'vili');
    await mkdir(dirname(command));
    const words = [process.execPath, ...NODE_FLAGS, MAIN].map((word) => `'${word}'`).join(' ');
    await writeFile(command, `#!/bin/sh\nexec ${words} "$@"\n`, { mode: 0o755 });
    await writeFile(join(folder, name), source);
    const script = join(EXAMPLES, 'pipeline', 'release.sh');
    return run(script, [world.base, join(folder, name)], {
      PATH: `${dirname(command)}:${process.env['PATH']}`,
      TIMEOUT: '4m',
    });
  });
}

/** Every path of the log shipper is there in this base. */
async function shipsAllLogs(base: string): Promise<void> {
  const file = await readFile(join(EXAMPLES, 'filebeat', 'filebeat.yml'), 'utf8');
  const { 'filebeat.inputs': inputs } = parse(file) as {
    'filebeat.inputs': readonly { readonly paths: readonly string[] }[];
  };
  expect(inputs).to.have.lengthOf(3);
  for (const path of inputs.flatMap(({ paths }) => paths)) {
    const here = path.replace('/srv/*', base).replaceAll('logs_*', 'logs_greeter');
    await access(here.replace('*.log', 'greeter.log'));
  }
}

function isThere(command: string): boolean {
  return spawnSync(command, ['--version']).status === 0;
}

/** Resolves to what it says and its exit code. */
function run(
  command: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve) => {
    const env = { ...process.env, ...environment };
    execFile(command, words, { env }, (error, stdout, stderr) =>
      resolve(`${stdout}${stderr} ${error === null ? 0 : Number(error.code)}`),
    );
  });
}
