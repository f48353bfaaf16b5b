import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findCommand } from '../../../lib/servlet/executable.ts';
import { launchCommand } from '../../../lib/servlet/launch.ts';
import { eventually } from '../../support/eventually.ts';
import {
  endServlets,
  fileHolds,
  makeInstance,
  startServlet,
  textOf,
} from '../../support/servlets.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const JAVA_START_LIMIT_MS = 60_000;
const JAVA = `public class App {
  public static void main(String[] args) throws Exception {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
    System.out.println("up " + args[0]);
    Thread.sleep(1000000);
  }
}
`;

afterEach(endServlets);

describe('a servlet in another language', () => {
  it('can be a python script', async function () {
    if (!installed('python3')) this.skip();
    await withTempFolder(async (base) => {
      const { stdOut } = makeInstance(base);
      const command = commandFor(
        base,
        '.py',
        'import os,time\nprint(os.environ["PORT"],flush=True)\ntime.sleep(1000)\n',
      );
      const servlet = startServlet(base, command);
      await fileHolds(stdOut, '0\n');
      const { exit } = await servlet.stop({ signal: 'SIGTERM', timeoutMs: 8000 });
      expect(exit).to.include({ kind: 'signal', signal: 'SIGTERM' });
    });
  });

  it('can be a java program, which runs its shutdown hooks', async function () {
    if (!installed('javac')) this.skip();
    this.timeout(JAVA_START_LIMIT_MS);
    await withTempFolder(async (base) => {
      const { stdOut } = makeInstance(base);
      const command = commandFor(base, '.java', JAVA, { java: ['java', '{file}', '{port}'] });
      const servlet = startServlet(base, command);
      const started = (): boolean => textOf(stdOut).includes('up 9401');
      await eventually('java starts', () => started() || servlet.exit, JAVA_START_LIMIT_MS);
      expect(servlet.exit).to.equal(null);
      const { exit } = await servlet.stop({ signal: 'SIGTERM', timeoutMs: 20_000 });
      expect(exit?.text).to.match(/^exited with code 143 \(SIGTERM\) after/);
      expect(textOf(stdOut)).to.equal('up 9401\nhook\n');
    });
  });
});

// Private

function installed(command: string): boolean {
  return findCommand(command, process.env['PATH'] ?? '') !== null;
}

function commandFor(
  base: string,
  extension: string,
  source: string,
  launch: Readonly<Record<string, readonly string[]>> = {},
): readonly string[] {
  const { folder } = makeInstance(base);
  const serverFile = join(folder, `App${extension}`);
  writeFileSync(serverFile, source);
  return launchCommand({
    extension,
    serverFile,
    port: 9401,
    instanceFolder: folder,
    base,
    settings: {
      portIdentifier: 'server.port',
      propertiesFileName: '',
      launch: new Map(Object.entries(launch)),
    },
  });
}
