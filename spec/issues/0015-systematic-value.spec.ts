import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';

describe('Issue 15: a price that became 0 everywhere', function () {
  this.timeout(200_000);
  let world: DaemonWorld;
  let daemon: Daemon;

  before(async () => {
    world = await DaemonWorld.create({ probation: '0s', verdict_speed: 'report' });
    await world.arrive('shop-1.0.0.mjs', shop('1.0.0', 42));
    daemon = world.start();
    await daemon.serving('shop-1.0.0');
    world.users(60);
  });
  after(() => world.end());

  it('holds the release, which is neither promoted nor rejected, and names the field with its numbers', async () => {
    await world.arrive('shop-1.1.0.mjs', shop('1.1.0', 0));
    const { running, verdict } = await daemon.until(
      'only the price holds it',
      ({ verdict: now }) =>
        now?.missing.length === 1 && now.missing[0]?.includes('$.price') === true,
      80_000,
    );
    expect(running?.version).to.equal('shop-1.0.0');
    expect(verdict).to.have.property('decision', 'collecting');
    const [reason] = verdict?.reasons ?? [];
    expect(reason).to.include({ code: 'systematic-change', accept: '$.price' });
    expect(reason?.text).to.match(
      /\$\.price changed, for instance from 42 to 0, in [\d,]+ of [\d,]+ responses/,
    );
    expect(verdict?.reasons.map(({ accept }) => accept)).to.deep.equal(['$.price']);
  });

  it('prints the command to type, which lets it go live, audited with who and why', async () => {
    const { stdout } = await world.vili('why');
    expect(stdout).to.contain('HOLD');
    const [, line = ''] = /^ {2}accept it: vili (.*)$/m.exec(stdout) ?? [];
    const words = wordsOfShell(line);
    expect(words).to.deep.equal(['accept', 'shop-1.1.0', '$.price']);
    const mistyped = await world.vili('accept', '1.1.0', '$.prize', '--yes');
    expect(mistyped.stdout).to.contain('nothing is held back under that name now');
    expect(mistyped.stdout).to.contain('$.price');
    const { code, stdout: told } = await world.vili(...words, '--yes', '--reason', 'a gift');
    expect([code, told]).to.deep.equal([0, '$.price is accepted for shop-1.1.0\n']);
    const promoted = await daemon.recorded('promoted', 'shop-1.1.0', 80_000);
    expect(promoted.by).to.equal('vili');
    expect(promoted.reasons.join(' ')).to.contain('An operator accepted').and.contain('$.price');
    const accepted = await daemon.recorded('accepted', 'shop-1.1.0');
    expect(accepted.by).to.contain('@');
    expect(accepted.reasons[0]).to.match(/ accepted \$\.price: a gift$/);
  });

  it('asks nothing of the next release, whose version, process id and start are its own', async () => {
    await world.arrive('shop-1.2.0.mjs', shop('1.2.0', 0));
    await daemon.recorded('promoted', 'shop-1.2.0', 80_000);
    const history = await daemon.client.history();
    expect(
      history.filter(({ event, version }) => event === 'accepted' && version === 'shop-1.2.0'),
    ).to.have.length(0);
  });

  it('cannot be accepted of a version that is not tested', async () => {
    const { code, stderr } = await world.vili('accept', '1.0.0', '$.price', '--yes');
    expect(code).to.equal(6);
    expect(stderr).to.match(/no version is under test|is not under test/);
  });
});

// Private

/** A service that responds to everything; some values differ in each response, some per process. */
function shop(version: string, price: number): string {
  return `
import { createServer } from 'node:http';
const startedAt = new Date().toISOString();
let cachedAt = Date.now();
setInterval(() => { cachedAt = Date.now(); }, 700);
createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({
    version: '${version}', about: 'shop ${version}', pid: process.pid, startedAt, cachedAt,
    self: 'http://localhost:' + process.env.PORT + request.url,
    at: process.hrtime.bigint().toString(), path: request.url, price: ${price}, name: 'kettle',
  }));
}).listen(Number(process.env.PORT), '127.0.0.1');
`;
}

/** The words as a shell reads them. */
function wordsOfShell(line: string): readonly string[] {
  return execFileSync('/bin/sh', ['-c', `printf '%s\\n' ${line}`], { encoding: 'utf8' })
    .trimEnd()
    .split('\n');
}
