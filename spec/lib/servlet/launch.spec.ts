import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  type LaunchOptions,
  type LaunchSettings,
  launchCommand,
} from '../../../lib/servlet/launch.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

describe('launchCommand', () => {
  it('starts a jar with java, and names the port only when there is no properties file', () =>
    withTempFolder(async (base) => {
      const options = { ...withCommands(base, ['java']), ...server(base, '.jar') };
      const file = options.serverFile;
      expect(launchCommand(options)).to.deep.equal(['java', '-jar', file]);
      const without = withSettings(options, { propertiesFileName: '' });
      expect(launchCommand(without)).to.deep.equal(['java', '-Dserver.port=9401', '-jar', file]);
      expect(launchCommand(withSettings(without, { portIdentifier: '' }))).to.deep.equal([
        'java',
        '-jar',
        file,
      ]);
    }));

  it('starts scripts with this node or python3, with or without a dot in the extension', () =>
    withTempFolder(async (base) => {
      for (const extension of ['.js', 'mjs', '.cjs']) {
        const options = { ...withCommands(base, []), ...server(base, extension) };
        expect(launchCommand(options)).to.deep.equal([process.execPath, options.serverFile]);
      }
      const options = { ...withCommands(base, ['python3']), ...server(base, '.py') };
      expect(launchCommand(options)).to.deep.equal(['python3', options.serverFile]);
    }));

  it('starts an executable file as itself, also through a link', () =>
    withTempFolder(async (base) => {
      for (const extension of ['', '.bin', '.constructor']) {
        const options = { ...withCommands(base, []), ...server(base, extension, 0o755) };
        expect(launchCommand(options)).to.deep.equal([options.serverFile]);
      }
      const link = join(base, 'link');
      symlinkSync(server(base, '.bin', 0o755).serverFile, link);
      const options = { ...withCommands(base, []), extension: '', serverFile: link };
      expect(launchCommand(options)).to.deep.equal([link]);
    }));

  it('prefers the launch setting and fills its placeholders once', () =>
    withTempFolder(async (base) => {
      const template = ['tool', '--p={port}', '{file}', '{instance}:{base}', '{other}', '{{port}}'];
      const options = { ...withCommands(base, ['tool']), ...server(base, '.jar') };
      const expected = [
        'tool',
        '--p=9401',
        options.serverFile,
        '/srv/{port}/1_test:/srv/{port}',
        '{other}',
        '{9401}',
      ];
      const places = { base: '/srv/{port}', instanceFolder: '/srv/{port}/1_test' };
      for (const key of ['jar', '.jar']) {
        const placed = { ...options, ...places };
        expect(launchCommand(withLaunch(placed, { [key]: template }))).to.deep.equal(expected);
      }
    }));

  it('names the missing command and the places searched', () =>
    withTempFolder(async (base) => {
      const cases: readonly (readonly [string, Launch, string])[] = [
        ['.jar', {}, "the command 'java' is not in PATH"],
        ['.py', {}, "the command 'python3' is not in PATH"],
        ['.rb', { rb: ['ruby', '{file}'] }, "the command 'ruby' is not in PATH"],
        ['.rb', { rb: ['/no/ruby', '{file}'] }, "the command '/no/ruby' is not an executable file"],
      ];
      for (const [extension, launch, text] of cases) {
        const options = { ...withCommands(base, []), ...server(base, extension) };
        expect(() => launchCommand(withLaunch(options, launch)))
          .to.throw(text)
          .with.property('code', 'VILI_INTERPRETER_MISSING');
      }
    }));

  it('rejects a file that is not executable, a missing file and a launch setting without a command', () =>
    withTempFolder(async (base) => {
      const plain = { ...withCommands(base, []), ...server(base, '.bin') };
      expectCode(plain).to.equal('VILI_NOT_EXECUTABLE');
      expect(() => launchCommand(plain)).to.throw("no 'launch' setting covers 'bin'");
      const gone = { ...plain, serverFile: join(base, 'gone.jar') };
      expectCode(gone).to.equal('VILI_SERVER_FILE_MISSING');
      expectCode({ ...plain, serverFile: base }).to.equal('VILI_SERVER_FILE_MISSING');
      expectCode(withLaunch(plain, { bin: [] })).to.equal('VILI_LAUNCH_EMPTY');
      expectCode(withLaunch(plain, { bin: ['{file}'] })).to.equal('VILI_NOT_EXECUTABLE');
    }));

  it('resolves a command with a relative path against the instance folder', () =>
    withTempFolder(async (base) => {
      const options = { ...withCommands(base, []), ...server(base, '.dat') };
      const launch = { dat: ['./run', '{file}'] };
      expect(() => launchCommand(withLaunch(options, launch))).to.throw('./run'.slice(2));
      writeFileSync(join(base, 'run'), '#!/bin/sh\n', { mode: 0o755 });
      expect(launchCommand(withLaunch(options, launch))).to.deep.equal([
        './run',
        options.serverFile,
      ]);
    }));
});

// Private

type Launch = Readonly<Record<string, readonly string[]>>;

function withLaunch(options: LaunchOptions, launch: Launch): LaunchOptions {
  return withSettings(options, { launch: new Map(Object.entries(launch)) });
}

function withSettings(options: LaunchOptions, changed: Partial<LaunchSettings>): LaunchOptions {
  return { ...options, settings: { ...options.settings, ...changed } };
}

function expectCode(options: LaunchOptions): Chai.Assertion {
  return expect(() => launchCommand(options))
    .to.throw()
    .with.property('code');
}

/** Options whose PATH contains exactly these commands. */
function withCommands(base: string, commands: readonly string[]): LaunchOptions {
  for (const command of commands) {
    writeFileSync(join(base, command), '#!/bin/sh\n', { mode: 0o755 });
  }
  return {
    extension: '',
    serverFile: '',
    port: 9401,
    instanceFolder: base,
    base,
    settings: {
      portIdentifier: 'server.port',
      propertiesFileName: 'local_override.properties',
      launch: new Map(),
    },
    searchPath: `/no/such/folder:${base}`,
  };
}

function server(
  base: string,
  extension: string,
  mode = 0o644,
): { extension: string; serverFile: string } {
  const dotted = extension === '' || extension.startsWith('.') ? extension : `.${extension}`;
  const serverFile = join(base, `app${dotted}`);
  writeFileSync(serverFile, '');
  chmodSync(serverFile, mode);
  return { extension, serverFile };
}
