import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { processorsWithout } from '../../../lib/runtime/processors.ts';

const run = promisify(execFile);
const PRIORITY = JSON.stringify(new URL('../../../lib/runtime/priority.js', import.meta.url).href);
const DEADLINE_MS = 5000;

/**
 * Renices the runtime's threads and a thread of its own, waits until all of them are off the first CPU (or for the
 * deadline), and prints the nice values and CPUs of the main thread and of the others.
 */
const SCRIPT = `
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { reniceRuntimeThreads } from ${PRIORITY};
const of = (thread, file) => readFileSync('/proc/self/task/' + thread + '/' + file, 'latin1');
const factsOf = (thread) => ({
  nice: Number(of(thread, 'stat').split(') ')[1].split(' ')[16]),
  processors: /^Cpus_allowed_list:\\s*(.*)$/m.exec(of(thread, 'status'))[1],
});
const others = () => readdirSync('/proc/self/task').filter((thread) => thread !== String(process.pid)).map(factsOf);
reniceRuntimeThreads();
const code = "import(" + JSON.stringify(${PRIORITY}) + ").then((it) => { it.reniceThisThread(); setInterval(() => {}, 1e6); })";
const worker = new Worker(code, { eval: true });
const until = Date.now() + ${DEADLINE_MS};
const main = factsOf(process.pid);
const isWaiting = () => others().some(({ nice, processors }) => nice === main.nice || processors === main.processors);
while (isWaiting() && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 10));
console.log(JSON.stringify({ main: factsOf(process.pid), others: others() }));
await worker.terminate();
`;

interface Thread {
  readonly nice: number;
  readonly processors: string;
}

describe('priority', () => {
  it('renices all threads but the one users depend on, and keeps them off the first CPU', async function () {
    if (process.platform !== 'linux' || processorsWithout(1) === '') return this.skip();
    const program = ['--input-type=module', '-e', SCRIPT];
    const { stdout } = await run(process.execPath, program, { encoding: 'utf8' });
    const { main, others } = JSON.parse(stdout) as { main: Thread; others: Thread[] };
    expect(others).to.have.length.above(1);
    for (const { nice, processors } of others) {
      expect(nice).to.equal(Math.min(19, main.nice + 10));
      expect(processors).to.not.equal(main.processors);
    }
  });
});
