import { execFileSync } from 'node:child_process';
import { expect } from 'chai';

/** Prints the nice values of the main thread and of the others after the runtime's threads yielded. */
const SCRIPT = `
import { readdirSync, readFileSync } from 'node:fs';
import { runtimeYields } from ${JSON.stringify(new URL('../../lib/priority.js', import.meta.url).href)};
runtimeYields();
const nice = (thread) =>
  Number(readFileSync('/proc/self/task/' + thread + '/stat', 'latin1').split(') ')[1].split(' ')[16]);
const threads = readdirSync('/proc/self/task');
const others = threads.filter((thread) => thread !== String(process.pid));
console.log(JSON.stringify({ main: nice(process.pid), others: others.map(nice) }));
`;

describe('priority', () => {
  it('lets the threads of the runtime yield to the one that users depend on', function () {
    if (process.platform !== 'linux') this.skip();
    const program = ['--input-type=module', '-e', SCRIPT];
    const output = execFileSync(process.execPath, program, { encoding: 'utf8' });
    const { main, others } = JSON.parse(output) as { main: number; others: number[] };
    expect(others).to.have.length.above(0);
    expect(new Set(others)).to.deep.equal(new Set([Math.min(19, main + 10)]));
  });
});
