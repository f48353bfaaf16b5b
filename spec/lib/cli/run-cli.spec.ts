import { PassThrough, Writable } from 'node:stream';
import { expect } from 'chai';
import { ConflictError } from '../../../lib/errors.ts';
import { TRACE } from '../operator/views.ts';
import { run, SampleActions, Sink, withDaemon } from './run-support.ts';

const TERMINAL = { stdin: true, stdout: true };

/** Standard input with one line already typed. */
function typed(line: string): PassThrough {
  const stdin = new PassThrough();
  stdin.end(`${line}\n`);
  return stdin;
}

describe('the command line', () => {
  it('starts the service by its bare name, with settings', async () => {
    const actions = new SampleActions();
    expect((await run([], {}, actions)).code).to.equal(0);
    await run(['--base', 'inventory', '--port', '80'], {}, actions);
    await run(['start', '--set', 'probation=5m', '--set', 'a.b=x=y'], {}, actions);
    expect(actions.calls).to.deep.equal([
      { start: { base: '/nowhere', settings: {} } },
      { start: { base: '/nowhere/inventory', settings: { port: '80' } } },
      { start: { base: '/nowhere', settings: { probation: '5m', 'a.b': 'x=y' } } },
    ]);
  });

  it('ends with the exit code of its command', async () => {
    const actions = new SampleActions();
    expect((await run(['check', '--json'], {}, actions)).code).to.equal(2);
    expect((await run(['demo'], {}, actions)).code).to.equal(0);
    expect((await run(['notify', '--test'], {}, actions)).code).to.equal(0);
    const [checked, shown, told] = actions.calls;
    expect(checked).to.deep.equal({
      check: { base: '/nowhere', json: true, migrate: false, settings: {} },
    });
    expect(shown).to.deep.equal({ demo: { keep: false } });
    expect(told).to.have.property('notify').that.includes({ base: '/nowhere', test: true });
  });

  it('prints help and version as data', async () => {
    const help = await run(['--help']);
    expect(help.code).to.equal(0);
    for (const command of 'start check demo status why history trace tree promote reject'.split(
      ' ',
    )) {
      expect(help.stdout).to.match(new RegExp(`^  ${command}\\b`, 'm'));
    }
    for (const line of help.stdout.split('\n')) expect(line.length).to.be.at.most(80);
    expect(await run(['--version'])).to.deep.equal({ code: 0, stdout: '1.0.0\n', stderr: '' });
    expect((await run(['trace', '--help'])).stdout).to.contain('--mermaid');
  });

  it('ends the help of every command with an example, within 80 columns', async () => {
    const { stdout } = await run(['--help']);
    const names = [...stdout.matchAll(/^ {2}([a-z][a-z-]+)\b/gm)].map(([, name = '']) => name);
    expect(names.length).to.be.above(20);
    for (const name of names.filter((one) => one !== 'help')) {
      const help = (await run([name, '--help'])).stdout;
      expect(help, name).to.match(/\nExample: .*vili /);
      for (const line of help.split('\n')) expect(line.length, line).to.be.at.most(80);
    }
  });

  const wrong: readonly (readonly [argv: readonly string[], message: string])[] = [
    [['stauts'], 'did you mean `vili status`?'],
    [['status', '--jsno'], 'unknown option'],
    [['start', 'now'], 'too many arguments'],
    [['start', '--set', 'port'], 'key=value'],
    [['history', '--limit', 'all'], 'whole number'],
    [['trace', '--mermaid', '--follow'], '--mermaid'],
  ];
  for (const [argv, message] of wrong) {
    it(`exits with 2 for vili ${argv.join(' ')}`, async () => {
      const { code, stdout, stderr } = await run(argv);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.contain(message);
    });
  }

  it('exits with 5 when no daemon runs', async () => {
    const { code, stderr } = await run(['status']);
    expect(code).to.equal(5);
    expect(stderr).to.contain('no daemon runs here').and.contain('/nowhere/.vili/vili.sock');
  });

  it('exits with 6 and the reason when an act is not possible', async () => {
    await withDaemon(async (base, handlers) => {
      handlers.act = async () => {
        throw new ConflictError('inventory-1.5.0 is not ready');
      };
      const { code, stderr } = await run(['promote', '--yes', '--base', base]);
      expect(code).to.equal(6);
      expect(stderr).to.equal('vili: inventory-1.5.0 is not ready\n');
    });
  });

  it('exits with 1 and one line for an unexpected error', async () => {
    const actions = new SampleActions();
    actions.start = async () => {
      throw new TypeError('x is not a function');
    };
    const { code, stderr } = await run(['start'], {}, actions);
    expect({ code, stderr }).to.deep.equal({
      code: 1,
      stderr: 'vili: internal error: x is not a function\n',
    });
    const debug = await run(['start'], { env: { VILI_DEBUG: '1' } }, actions);
    expect(debug.stderr).to.contain('run-cli.spec');
  });

  it('states the effect of an act and asks before it on a terminal', async () => {
    await withDaemon(async (base, handlers) => {
      const argv = ['promote', '--base', base, '--reason', 'seen enough'];
      const no = await run(argv, { isTerminal: TERMINAL, stdin: typed('n') });
      expect(no.code).to.equal(6);
      expect(no.stderr).to.contain('inventory-1.5.0 takes over the users from inventory-1.4.2');
      expect(handlers.calls).to.deep.equal([]);
      const yes = await run(argv, { isTerminal: TERMINAL, stdin: typed('y') });
      expect(yes.code).to.equal(0);
      const request = { version: 'inventory-1.5.0', reason: 'seen enough', by: 'ann@host' };
      expect(handlers.calls).to.deep.equal([{ promote: request }]);
    });
  });

  it('takes the end of the input as a no', async () => {
    await withDaemon(async (base, handlers) => {
      const stdin = new PassThrough();
      stdin.end();
      const { code } = await run(['reject', '--base', base], { isTerminal: TERMINAL, stdin });
      expect(code).to.equal(6);
      expect(handlers.calls).to.deep.equal([]);
    });
  });

  it('acts without a terminal only with --yes', async () => {
    await withDaemon(async (base, handlers) => {
      const { code, stderr } = await run(['reject', '--base', base]);
      expect(code).to.equal(2);
      expect(stderr).to.contain('--yes');
      expect((await run(['reject', '1.5.0', '--yes', '--base', base])).code).to.equal(0);
      expect(handlers.calls).to.deep.equal([
        { reject: { version: 'inventory-1.5.0', by: 'ann@host' } },
      ]);
    });
  });

  it('follows the trace until it is interrupted', async () => {
    await withDaemon(async (base, handlers) => {
      const interrupt = new AbortController();
      handlers.onListen = () => {
        for (const send of handlers.traceListeners) send({ ...TRACE[0]!, id: 3, type: 'live' });
      };
      const stdout = new (class extends Sink {
        override _write(chunk: Buffer, encoding: string, done: () => void): void {
          super._write(chunk, encoding, done);
          if (this.text.includes('live')) interrupt.abort();
        }
      })();
      const argv = ['trace', '-f', '--json', '--base', base];
      const { code } = await run(argv, { stdout, signal: interrupt.signal });
      expect(code).to.equal(130);
      const types = stdout.text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type);
      expect(types).to.deep.equal(['arrived', 'start', 'live']);
    });
  });

  it('ends silently when the reader of its output goes away', async () => {
    await withDaemon(async (base) => {
      const stdout = new Writable({
        write(_chunk, _encoding, done) {
          done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
        },
      });
      const { code, stderr } = await run(['trace', '-f', '--base', base], { stdout });
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    });
  });
});
