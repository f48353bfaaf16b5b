import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const PROGRAM = fileURLToPath(new URL('../../support/stray-program.js', import.meta.url));
const CRASH = ['stray-error', 'crashed stray', 'backoff', 'restarted'];

describe('an error outside of any handler', function () {
  this.timeout(30_000);

  it('crashes the actor whose code caused it, wherever it comes from', async () => {
    const { code, report } = await run([]);
    expect(code).to.equal(0);
    expect(report).to.have.property('alive', 10);
    const { seen } = report as { seen: Record<string, string[]> };
    expect(Object.keys(seen)).to.deep.equal([
      'timer',
      'interval',
      'immediate',
      'nextTick',
      'fs callback',
      'child-process listener',
      'child without listener',
      'floating promise',
      'socket without listener',
    ]);
    for (const [name, events] of Object.entries(seen)) {
      if (name !== 'interval') expect(events, name).to.deep.equal(CRASH);
    }
    const crashes = seen['interval']?.filter((event) => event.startsWith('crashed'));
    expect(crashes, 'one crash, however often it fires').to.deep.equal(['crashed stray']);
    const reports = seen['interval']?.filter((event) => event === 'stray-error');
    expect(reports?.length, 'bounded reports').to.be.within(2, 11);
  });

  it('of an incarnation that has ended is reported and crashes nobody', async () => {
    const { report } = await run([]);
    expect(report).to.have.deep.property('late', [
      'crashed handling',
      'backoff',
      'restarted',
      'stray-error',
    ]);
  });

  it('ends the process when it has no owner', async () => {
    const { code, report } = await run(['ownerless']);
    expect(code).to.equal(70);
    expect(report).to.deep.equal({ fatal: 'Error: left behind by nobody' });
  });
});

// Private

/** Without mocha's flags; the program must end by itself while its actors live. */
async function run(args: readonly string[]): Promise<{ code: unknown; report: unknown }> {
  return await new Promise((resolve, reject) => {
    execFile(process.execPath, [PROGRAM, ...args], { timeout: 20_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (stdout === '') reject(new Error(`no report, exit ${code}: ${stderr}`));
      else resolve({ code, report: JSON.parse(stdout) });
    });
  });
}
