#!/usr/bin/env -S node --max-semi-space-size=2
/*
 * The flag: with the usual 16 MiB the buffers of responses make V8 collect the whole heap, up to twice a second and 5 to
 * 15 ms each, before it collects the young generation, which with 2 MiB takes half a millisecond. The flag also saves
 * 50 MB. README.md and package.json start node with the same flag.
 */
import { readFileSync } from 'node:fs';
import { openInBrowser } from '../../lib/runtime/browser.ts';
import { runCli } from '../../lib/cli/run-cli.ts';
import { processIo } from '../../lib/cli/terminal/process-io.ts';
import { untilEnded } from './acts/until-ended.ts';
import { runBare } from './bare/run-bare.ts';
import { check } from './check.ts';
import { demo } from './demo.ts';
import { init } from './init/init.ts';
import { notify } from './notify.ts';
import { recordsOf } from './records.ts';
import { start } from './start.ts';

const packageFile = new URL('../../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

// A waiting command ends in order at the first ^C; a second ^C ends the process at once.
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());

process.exitCode = await runCli(
  process.argv.slice(2),
  {
    version,
    start: (options) => start(options, version),
    runBare,
    init,
    check,
    notify: (options) => notify(options, interrupted.signal),
    demo: (options) => demo(options, interrupted.signal),
    openInBrowser: (address, signal) => openInBrowser(address, process.env, signal),
    untilEnded,
    records: recordsOf,
  },
  processIo(interrupted.signal),
);
