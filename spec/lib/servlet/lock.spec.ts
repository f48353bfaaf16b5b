import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { codeOf, messageOf } from '../../../lib/errors.ts';
import { acquireLock, inheritLock } from '../../../lib/servlet/lock.ts';
import { withTempFolder } from '../../support/temp-folder.ts';

const HEIR = fileURLToPath(new URL('../../support/lock-heir.js', import.meta.url));
const HOLDER = fileURLToPath(new URL('../../support/lock-holder.js', import.meta.url));

describe('the lock of a base', () => {
  it('admits one process, names it to the next, and is free after its release', () =>
    withTempFolder(async (base) => {
      const path = join(base, '.vili', 'lock');
      const first = await acquireLock(path);
      const rejection = await acquireLock(path).catch((error: unknown) => error);
      expect(codeOf(rejection)).to.equal('VILI_BASE_LOCKED');
      expect(messageOf(rejection)).to.include(`pid ${process.pid}`).and.include(path);
      await first.release();
      await first.release();
      const second = await acquireLock(path);
      await second.release();
    }));

  for (const [how, command] of [
    ['with flock', 'flock'],
    ['without flock', '/no/such/flock'],
  ] as const) {
    it(`is free at once when its holder is killed, ${how}`, () =>
      withTempFolder(async (base) => {
        const path = join(base, 'lock');
        const holder = start(path, command);
        expect(await firstLine(holder)).to.equal('locked');
        const rejection = await acquireLock(path, { flockCommand: command }).catch(messageOf);
        expect(rejection).to.include(`pid ${holder.pid}`);
        await kill(holder);
        const lock = await acquireLock(path, { flockCommand: command });
        await lock.release();
      }));
  }

  it('goes to exactly one of several processes that start at once over a stale file', () =>
    withTempFolder(async (base) => {
      const path = join(base, 'lock');
      writeFileSync(path, '{"pid":1,"startTime":"1","bootId":"x"}\nand more that is stale');
      const starters = Array.from({ length: 4 }, () => start(path));
      const lines = await Promise.all(starters.map(firstLine));
      const winner = starters[lines.indexOf('locked')];
      expect(lines.filter((text) => text === 'locked').length).to.equal(1);
      for (const text of lines.filter((one) => one !== 'locked')) {
        expect(text).to.include(`pid ${winner?.pid}`);
      }
      await Promise.all(starters.map(kill));
    }));

  it('passes to a process that inherits its open file, without a moment in which it is free', () =>
    withTempFolder(async (base) => {
      const path = join(base, 'lock');
      const first = await acquireLock(path);
      const heir = spawn(process.execPath, [HEIR, path], {
        stdio: ['pipe', 'pipe', 'inherit', first.file],
      });
      expect(await firstLine(heir)).to.equal('inherited');
      const whileBoth = await acquireLock(path).catch(messageOf);
      expect(whileBoth).to.include(`pid ${heir.pid}`);
      first.confirm();
      expect(await acquireLock(path).catch(messageOf)).to.include(`pid ${process.pid}`);
      await first.release();
      // By flock alone, until the heir has taken the name of the socket.
      expect(codeOf(await acquireLock(path).catch((error: unknown) => error))).to.equal(
        'VILI_BASE_LOCKED',
      );
      heir.stdin?.write('take the name\n');
      expect(await firstLine(heir)).to.equal('named');
      expect(await acquireLock(path).catch(messageOf)).to.include('another Vili');
      await kill(heir);
      await (await acquireLock(path)).release();
    }));

  it('is not inherited with a descriptor of another file', () =>
    withTempFolder((base) => {
      const [path, other] = [join(base, 'lock'), join(base, 'other')];
      for (const file of [path, other]) writeFileSync(file, '');
      const descriptor = openSync(other, 'a+');
      expect(() => inheritLock(path, descriptor)).to.throw(
        `descriptor ${descriptor} is not ${path}`,
      );
      expect(() => inheritLock(path, 4711)).to.throw('descriptor 4711 is not');
      closeSync(descriptor);
      return Promise.resolve();
    }));

  it('keeps out a process in another network namespace by flock alone', () =>
    withTempFolder(async (base) => {
      const path = join(base, 'lock');
      // Stands for a holder in another container: it has the file but not the socket.
      const holder = spawn('flock', ['-x', path, 'sh', '-c', 'echo locked; exec sleep 1000'], {
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      expect(await firstLine(holder)).to.equal('locked');
      const rejection = await acquireLock(path).catch((error: unknown) => error);
      expect(codeOf(rejection)).to.equal('VILI_BASE_LOCKED');
      const ended = once(holder, 'exit');
      if (holder.pid !== undefined) process.kill(-holder.pid, 'SIGKILL');
      await ended;
      const lock = await acquireLock(path);
      await lock.release();
    }));

  it('reports VILI_LOCK_FILE when the lock file cannot be opened', () =>
    withTempFolder(async (base) => {
      writeFileSync(join(base, 'file'), '');
      const rejection = await acquireLock(join(base, 'file', 'lock')).catch(
        (error: unknown) => error,
      );
      expect(codeOf(rejection)).to.equal('VILI_LOCK_FILE');
    }));
});

// Private

function start(path: string, flockCommand = 'flock'): ChildProcess {
  const parameters = [HOLDER, path, flockCommand];
  return spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('stdout is not a pipe');
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return line;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
