#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { processIo } from '../lib/cli/process-io.ts';
import { runCli } from '../lib/cli/run-cli.ts';
import { check } from './check.ts';
import { demo } from './demo.ts';
import { start } from './start.ts';

const packageFile = new URL('../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };

// Commands that wait end in order at the first ^C; a second one ends the process at once.
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());

process.exitCode = await runCli(
  process.argv.slice(2),
  {
    version,
    start: (options) => start(options, version),
    check,
    demo: (options) => demo(options, interrupted.signal),
  },
  processIo(interrupted.signal),
);
