import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { processorsWithout } from '../../lib/processors.ts';

/** Prints nice values and processors of the main thread and of the others after the runtime's threads yielded. */
const SCRIPT = `
import { readdirSync, readFileSync } from 'node:fs';
import { runtimeYields } from ${JSON.stringify(new URL('../../lib/priority.js', import.meta.url).href)};
runtimeYields();
const nice = (thread) =>
  Number(readFileSync('/proc/self/task/' + thread + '/stat', 'latin1').split(') ')[1].split(' ')[16]);
const processors = (thread) =>
  /^Cpus_allowed_list:\\s*(.*)$/m.exec(readFileSync('/proc/self/task/' + thread + '/status', 'latin1'))[1];
const threads = readdirSync('/proc/self/task');
const others = threads.filter((thread) => thread !== String(process.pid));
console.log(JSON.stringify({
  main: { nice: nice(process.pid), processors: processors(process.pid) },
  others: others.map((thread) => ({ nice: nice(thread), processors: processors(thread) })),
}));
`;

interface Thread {
  readonly nice: number;
  readonly processors: string;
}

describe('priority', () => {
  it('lets the threads of the runtime yield to the one that users depend on', function () {
    if (process.platform !== 'linux') this.skip();
    const program = ['--input-type=module', '-e', SCRIPT];
    const output = execFileSync(process.execPath, program, { encoding: 'utf8' });
    const { main, others } = JSON.parse(output) as { main: Thread; others: Thread[] };
    expect(others).to.have.length.above(0);
    for (const { nice, processors } of others) {
      expect(nice).to.equal(Math.min(19, main.nice + 10));
      // On a host with one processor there is nothing to keep free.
      if (processorsWithout(1) !== '') expect(processors).to.not.equal(main.processors);
    }
  });
});
