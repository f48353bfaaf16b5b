import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { run, SampleActions, withDaemon } from './run-support.ts';

const by = 'ann@host';

describe('Acts on the whole service', () => {
  it('go back after the steps were shown and confirmed, to the version that they named', async () => {
    await withDaemon(async (base, handlers) => {
      const stdin = new PassThrough();
      stdin.end('yes\n');
      const isTerminal = { stdin: true, stdout: true };
      const { code, stderr } = await run(['rollback', '--base', base, '--reason', 'prices'], {
        stdin,
        isTerminal,
      });
      expect(code).to.equal(0);
      expect(stderr).to.contain('1. one step\n2. another step\n').and.contain('Now rollback.');
      expect(handlers.calls).to.deep.equal([
        { rollback: { by, reason: 'prices', dryRun: true } },
        { rollback: { by, reason: 'prices', version: 'inventory-1.5.0' } },
      ]);
    });
  });

  it('only print the steps with --dry-run, as text or JSON', async () => {
    await withDaemon(async (base, handlers) => {
      const argv = ['rollback', '1.4.1', '--dry-run', '--base', base];
      const text = await run(argv);
      expect(text).to.include({ code: 0, stdout: 'rollback:\n1. one step\n2. another step\n' });
      const { stdout } = await run([...argv, '--json']);
      expect(JSON.parse(stdout)).to.deep.equal({
        version: 'inventory-1.5.0',
        effect: 'rollback',
        steps: ['one step', 'another step'],
      });
      const call = { rollback: { by, version: '1.4.1', dryRun: true } };
      expect(handlers.calls).to.deep.equal([call, call]);
    });
  });

  it('ignore a difference after the line to be written was shown and confirmed', async () => {
    await withDaemon(async (base, handlers) => {
      const stdin = new PassThrough();
      stdin.end('yes\n');
      const isTerminal = { stdin: true, stdout: true };
      const where = ['--endpoint', 'GET /items/{id}', '--reason', 'agreed'];
      const ran = await run(['ignore', '$.price', ...where, '--base', base], { stdin, isTerminal });
      expect(ran).to.include({ code: 0, stdout: 'done\n' });
      expect(ran.stderr).to.contain(
        ".env, line 7:\n- compare_rules='none'\n+ # added by ann\n+ compare_rules='* ignore $.price'\n",
      );
      expect(ran.stderr).to.contain('evidence of a test under way begins anew');
      const request = { by, path: '$.price', endpoint: 'GET /items/{id}', reason: 'agreed' };
      expect(handlers.calls).to.deep.equal([
        { ignore: { ...request, dryRun: true } },
        { ignore: request },
      ]);
    });
  });

  it('ignore nothing with --dry-run, and say what would be written as text or JSON', async () => {
    await withDaemon(async (base, handlers) => {
      const argv = ['ignore', 'header:x-build', '--dry-run', '--base', base];
      const text = await run(argv);
      expect(text).to.include({ code: 0, stderr: '' });
      expect(text.stdout).to.contain('.env, line 7:\n').and.contain('+ # added by ann\n');
      const { stdout } = await run([...argv, '--json']);
      expect(JSON.parse(stdout)).to.include({ schema: 'vili.ignore/1', file: '.env', line: 7 });
      const call = { ignore: { by, path: 'header:x-build', dryRun: true } };
      expect(handlers.calls).to.deep.equal([call, call]);
    });
  });

  it('promote in steps, in those of the settings where none are named', async () => {
    await withDaemon(async (base, handlers) => {
      const argv = ['promote', '--yes', '--base', base];
      await run([...argv, '--steps', '5% 2m, 25% 5m']);
      await run([...argv, '--steps']);
      await run(argv);
      const version = 'inventory-1.5.0';
      expect(handlers.calls).to.deep.equal([
        { promote: { by, version, steps: '5% 2m, 25% 5m' } },
        { promote: { by, version, steps: 'default' } },
        { promote: { by, version } },
      ]);
    });
  });

  it('need --yes without a terminal', async () => {
    await withDaemon(async (base, handlers) => {
      for (const words of [['rollback'], ['pause'], ['resume'], ['stop'], ['ignore', '$.a']]) {
        expect((await run([...words, '--base', base])).code, words[0]).to.equal(2);
      }
      expect(handlers.calls).to.deep.equal([
        { rollback: { by, dryRun: true } },
        { ignore: { by, path: '$.a', dryRun: true } },
      ]);
    });
  });

  it('restart a role, and stop Vili, whose end is waited for', async () => {
    await withDaemon(async (base, handlers) => {
      const actions = new SampleActions();
      const words = ['--yes', '--reason', 'because', '--base', base];
      expect((await run(['restart', 'running', ...words])).code).to.equal(0);
      expect((await run(['restart', 'testing', ...words])).code).to.equal(0);
      expect((await run(['restart', 'previous', ...words])).code).to.equal(2);
      expect((await run(['stop', ...words], {}, actions)).code).to.equal(0);
      const late = await run(['stop', ...words, '--timeout', '1ms'], {}, new Immortal());
      expect([late.code, late.stderr]).to.deep.equal([
        4,
        'process 411 has not ended after 1ms; it goes on ending\n',
      ]);
      const reason = 'because';
      expect(handlers.calls).to.deep.equal([
        { restart: { by, role: 'running', reason } },
        { restart: { by, role: 'testing', reason } },
        { stop: { by, reason } },
        { stop: { by, reason } },
      ]);
      expect(actions.calls).to.deep.equal([{ untilEnded: 411 }]);
    });
  });

  it('pause and resume in the name of the user', async () => {
    await withDaemon(async (base, handlers) => {
      for (const kind of ['pause', 'resume']) {
        await run([kind, '--yes', '--reason', 'freeze', '--base', base]);
      }
      expect(handlers.calls).to.deep.equal([
        { pause: { by, reason: 'freeze' } },
        { resume: { by, reason: 'freeze' } },
      ]);
    });
  });
});

/** Processes end late. */
class Immortal extends SampleActions {
  override async untilEnded(_: number, signal: AbortSignal): Promise<boolean> {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return false;
  }
}
