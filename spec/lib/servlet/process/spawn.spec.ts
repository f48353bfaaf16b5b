import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { processorsWithout } from '../../../../lib/runtime/processors.ts';
import { identityOf, readStat } from '../../../../lib/servlet/process/identity.ts';
import { readPidRecords } from '../../../../lib/servlet/process/pid-records.ts';
import { tagPrefixOf } from '../../../../lib/servlet/process/tag.ts';
import { eventually } from '../../../support/eventually.ts';
import {
  endServlets,
  fileHolds,
  fixture,
  instanceFiles,
  makeInstance,
  pidRecordFolderOf,
  scanByTag,
  startServlet,
  textOf,
} from '../../../support/servlets.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const SERVER = fixture('server.mjs');

afterEach(endServlets);

describe('spawnServlet', () => {
  it('passes every argument byte for byte and keeps both outputs in their files', () =>
    withTempFolder(async (base) => {
      const nasty = ['a b', '$(id)', '`id`', ';rm x', '"q"', "'s'", '*', '\n', '-n', 'é☃', ''];
      const script =
        'process.stdout.write(JSON.stringify(process.argv.slice(1)));console.error("e")';
      const servlet = startServlet(base, [process.execPath, '-e', script, '--', ...nasty]);
      expect(await servlet.exited).to.include({ code: 0, signal: null, kind: 'exit' });
      const instance = makeInstance(base);
      expect(JSON.parse(textOf(instance.stdOut))).to.deep.equal(nasty);
      expect(textOf(instance.stdErr)).to.equal('e\n');
      expect(servlet.ttyTail()).to.equal('');
    }));

  it('works in folders with nasty names', () =>
    withTempFolder(async (base) => {
      const id = 'app-1 $(id) "\';*/1_test';
      const servlet = startServlet(base, ['sh', '-c', 'pwd; echo "$0"', id], { id });
      await servlet.exited;
      expect(textOf(join(base, id, 'stdOut'))).to.equal(`${join(base, id)}\n${id}\n`);
      expect(textOf(join(base, id, 'pid'))).to.equal(`${servlet.pid}\n`);
    }));

  it('gives the servlet its environment, TERM and PWD and nothing else', () =>
    withTempFolder(async (base) => {
      const environment = { PATH: process.env['PATH'] ?? '', PORT: '9400', GREETING: 'a=b c' };
      const servlet = startServlet(base, ['/usr/bin/env', '-0'], { environment });
      await servlet.exited;
      const { folder, stdOut } = makeInstance(base);
      const entries = textOf(stdOut)
        .split('\0')
        .filter((entry) => entry !== '');
      const expected = { ...environment, TERM: 'dumb', PWD: folder };
      expect(Object.fromEntries(entries.map((entry) => splitEntry(entry)))).to.deep.equal(expected);
    }));

  it('renices a servlet as soon as there is one, and so everything it starts from then on', () =>
    withTempFolder(async (base) => {
      const own = getPriority();
      // Both processes are on their way at once, and either may be the first.
      const script = (nice: number): readonly string[] => {
        return ['sh', '-c', `until [ "$(nice)" = ${own + nice} ]; do :; done; nice; sh -c nice`];
      };
      const first = startServlet(base, script(5), { id: 'app-1/1_test', nice: 5 });
      const second = startServlet(base, script(0), { id: 'app-1/2_running', nice: 0 });
      await Promise.all([first.exited, second.exited]);
      expect(textOf(join(base, 'app-1/1_test/stdOut'))).to.equal(`${own + 5}\n${own + 5}\n`);
      expect(textOf(join(base, 'app-1/2_running/stdOut'))).to.equal(`${own}\n${own}\n`);
    }));

  it('confines a servlet to the given processors', function () {
    const rest = processorsWithout(1);
    if (rest === '') return this.skip();
    return withTempFolder(async (base) => {
      const command = [
        'sh',
        '-c',
        'grep Cpus_allowed_list /proc/self/status; echo "$0"',
        'as it is',
      ];
      const first = startServlet(base, command, { id: 'app-1/1_test', processors: rest });
      const second = startServlet(base, command, { id: 'app-1/2_running', processors: '' });
      await Promise.all([first.exited, second.exited]);
      const [spared, free] = ['1_test', '2_running'].map((id) =>
        textOf(join(base, `app-1/${id}/stdOut`)),
      );
      for (const text of [spared, free])
        expect(text).to.match(/^Cpus_allowed_list:\t.*\nas it is\n$/);
      expect(spared).to.not.equal(free);
    });
  });

  it('renices the session of a servlet too where Linux divides CPU time between sessions', function () {
    if (!existsSync('/proc/self/autogroup')) this.skip();
    return withTempFolder(async (base) => {
      const command = ['cat', '/proc/self/autogroup'];
      const first = startServlet(base, command, { id: 'app-1/1_test', nice: 5 });
      const second = startServlet(base, command, { id: 'app-1/2_running', nice: 0 });
      await Promise.all([first.exited, second.exited]);
      expect(textOf(join(base, 'app-1/1_test/stdOut'))).to.match(/ nice 5\n$/);
      expect(textOf(join(base, 'app-1/2_running/stdOut'))).to.match(/ nice 0\n$/);
    });
  });

  it('leaves stdin on the terminal, so that the servlet dies with Vili', () =>
    withTempFolder(async (base) => {
      const servlet = startServlet(base, [
        'sh',
        '-c',
        'readlink /proc/$$/fd/0; tty; id -u >/dev/null',
      ]);
      await servlet.exited;
      expect(textOf(makeInstance(base).stdOut)).to.match(/^\/dev\/pts\/\d+\n\/dev\/pts\/\d+\n$/);
    }));

  it('records the identity of the servlet before it runs and removes the record after its end', () =>
    withTempFolder(async (base) => {
      const servlet = startServlet(base, [process.execPath, SERVER, '']);
      const { stdOut, pidFile } = makeInstance(base);
      await fileHolds(stdOut, 'listening');
      const { entries } = readPidRecords(pidRecordFolderOf(base));
      expect(entries[0]?.leader).to.deep.equal(servlet.identity());
      expect(entries[0]?.leader).to.deep.equal(identityOf(servlet.pid));
      expect(entries[0]?.record.argv).to.deep.equal([process.execPath, SERVER, '']);
      expect(textOf(pidFile)).to.equal(`${servlet.pid}\n`);
      expect(readStat(servlet.pid)).to.include({ session: servlet.pid, parentPid: process.pid });
      await servlet.stop({ signal: 'SIGTERM', timeoutMs: 5000 });
      expect(readPidRecords(pidRecordFolderOf(base)).entries).to.deep.equal([]);
    }));

  it('rejects starting an instance that already runs', () =>
    withTempFolder(async (base) => {
      const servlet = startServlet(base, [process.execPath, SERVER, '']);
      await fileHolds(makeInstance(base).stdOut, 'listening');
      const again = (): unknown => startServlet(base, [process.execPath, SERVER, '']);
      expect(again)
        .to.throw(`already runs as pid ${servlet.pid}`)
        .with.property('code', 'VILI_SERVLET_RUNNING');
      await servlet.stop({ signal: 'SIGTERM', timeoutMs: 5000 });
    }));

  it('rejects an empty command and one with a NUL byte', () =>
    withTempFolder(async (base) => {
      for (const command of [[], [''], ['echo', 'a\0b']]) {
        expect(() => startServlet(base, command))
          .to.throw()
          .with.property('code', 'VILI_COMMAND_INVALID');
      }
      expect(readPidRecords(pidRecordFolderOf(base)).entries).to.deep.equal([]);
    }));

  it('fails and starts nothing when the pid record cannot be written', () =>
    withTempFolder(async (base) => {
      writeFileSync(join(base, 'pidRecords'), 'a file where the folder should be');
      const start = (): unknown =>
        startServlet(base, ['true'], { pidRecordFolder: join(base, 'pidRecords') });
      expect(start).to.throw().with.property('code', 'VILI_LEDGER_WRITE');
    }));

  it('keeps the last 8 KB of the terminal output and never blocks its writer', () =>
    withTempFolder(async (base) => {
      const script = 'head -c 300000 /dev/zero | tr "\\0" x >/dev/tty; echo done; sleep 60';
      const servlet = startServlet(base, ['sh', '-c', script]);
      await fileHolds(makeInstance(base).stdOut, 'done');
      await eventually('the tail is full', () => servlet.ttyTail().length === 8192);
      await servlet.stop({ signal: 'SIGKILL', timeoutMs: 5000 });
    }));

  it('has every byte of output in the files when the exit is known', () =>
    withTempFolder(async (base) => {
      const script = 'head -c 2000000 /dev/zero; printf end; printf end >&2';
      for (let round = 0; round < 10; round += 1) {
        const id = `app-1/${round}_test`;
        await startServlet(base, ['sh', '-c', script], { id }).exited;
        expect(readFileSync(join(base, id, 'stdOut')).length).to.equal(2_000_003);
        expect(textOf(join(base, id, 'stdErr'))).to.equal('end');
      }
    }));

  it('kills what a servlet that ends by itself leaves running', () =>
    withTempFolder(async (base) => {
      const script = `setsid sleep 1000 & ${process.execPath} -e "setInterval(()=>{},9)" & echo up`;
      const servlet = startServlet(base, ['sh', '-c', `${script}; sleep 0.1; exit 3`]);
      expect(await servlet.exited).to.include({ code: 3, kind: 'exit' });
      expect(await scanByTag(tagPrefixOf(base))).to.deep.equal([]);
      expect(servlet.exit).to.equal(await servlet.exited);
    }));
});

describe('the cause of an exit', () => {
  const causes: readonly (readonly [string, readonly string[], object, RegExp])[] = [
    [
      'an exit code',
      ['sh', '-c', 'exit 42'],
      { kind: 'exit', code: 42 },
      /^exited with code 42 after \d+\.\d s$/,
    ],
    [
      'SIGKILL',
      ['sh', '-c', 'kill -9 $$'],
      { kind: 'signal', code: null, signal: 'SIGKILL' },
      /^killed by SIGKILL after/,
    ],
    [
      'SIGSEGV',
      ['sh', '-c', 'kill -SEGV $$'],
      { kind: 'signal', signal: 'SIGSEGV' },
      /^killed by SIGSEGV after/,
    ],
    [
      'a JVM ended by SIGTERM',
      ['sh', '-c', 'exit 143'],
      { kind: 'exit', code: 143 },
      /^exited with code 143 \(SIGTERM\) after/,
    ],
    [
      'a missing command',
      ['no-such-command'],
      { kind: 'not-started', code: 127 },
      /^command not found: no-such-command$/,
    ],
    [
      'no right to execute',
      ['/etc/passwd'],
      { kind: 'not-started', code: 126 },
      /^not executable: \/etc\/passwd$/,
    ],
    [
      'a servlet that itself exits with 127',
      ['sh', '-c', 'exit 127'],
      { kind: 'exit', code: 127 },
      /^exited with code 127 after/,
    ],
    [
      'a servlet that itself exits with 126',
      ['sh', '-c', 'exit 126'],
      { kind: 'exit', code: 126 },
      /^exited with code 126 after/,
    ],
    [
      'a servlet that itself exits with 125',
      ['sh', '-c', 'exit 125'],
      { kind: 'exit', code: 125 },
      /^exited with code 125 after/,
    ],
  ];
  for (const [what, command, fields, text] of causes) {
    it(`is reported for ${what}`, () =>
      withTempFolder(async (base) => {
        const exit = await startServlet(base, command).exited;
        expect(exit).to.include(fields);
        expect(exit.text).to.match(text);
      }));
  }

  it('is the folder when it is missing', () =>
    withTempFolder(async (base) => {
      const instance = makeInstance(base);
      rmSync(instance.folder, { recursive: true });
      const exit = await startServlet(base, ['true'], { instance: { ...instance } }).exited;
      expect(exit).to.include({ kind: 'place-fault', text: `folder missing: ${instance.folder}` });
    }));

  it('is the log folder, the log file or the pid file when these cannot be written', () =>
    withTempFolder(async (base) => {
      const missing = join(base, 'nope');
      const folder = makeInstance(base).folder;
      const asFolder = join(folder, 'folder');
      mkdirSync(asFolder);
      const cases = [
        [{ stdOut: join(missing, 'stdOut') }, `log folder missing: ${missing}`],
        [{ stdErr: join(missing, 'stdErr') }, `log folder missing: ${missing}`],
        [{ stdOut: asFolder }, `log file cannot be written: ${asFolder}`],
        [{ pidFile: join(missing, 'pid') }, `pid file cannot be written: ${join(missing, 'pid')}`],
      ] as const;
      for (const [files, text] of cases) {
        const instance = { ...instanceFiles(folder, 'app-1.0.0/1_running'), ...files };
        expect(await startServlet(base, ['true'], { instance }).exited).to.include({
          kind: 'place-fault',
          text,
        });
      }
      expect(existsSync(missing)).to.equal(false);
    }));

  it('is the interpreter when a script names one that is missing', () =>
    withTempFolder(async (base) => {
      const script = join(base, 'run');
      writeFileSync(script, '#!/no/such/interpreter\n', { mode: 0o755 });
      const exit = await startServlet(base, [script]).exited;
      expect(exit.kind).to.equal('not-started');
      expect(exit.text).to.equal(`interpreter missing: ${script} needs /no/such/interpreter`);
    }));

  it('comes with the most informative line of stdErr, of this run only', () =>
    withTempFolder(async (base) => {
      const { stdErr } = makeInstance(base);
      writeFileSync(stdErr, 'an older error\n');
      const silent = await startServlet(base, ['sh', '-c', 'exit 1']).exited;
      expect(silent.text).to.match(/s$/);
      const node = await startServlet(base, [
        process.execPath,
        '-e',
        'throw new Error("no database")',
      ]).exited;
      expect(node.text).to.match(/^exited with code 1 after \d+\.\d s: Error: no database$/);
    }));
});

// Private

function splitEntry(entry: string): [string, string] {
  const at = entry.indexOf('=');
  return [entry.slice(0, at), entry.slice(at + 1)];
}
