import { PassThrough, Writable } from 'node:stream';
import { buildProgram } from '../program.ts';
import { remoteActions } from '../remote.ts';
import type { CliActions, CliIo } from '../terminal/io.ts';
import { Printer } from '../terminal/printer.ts';
import { manPage } from './page.ts';

const EXAMPLE = /\nExample: ([\s\S]*)$/;
/** Nothing is wrapped: the reader of a page does that. */
const WIDE = 80;

/** The text of `vili(1)`: the program is built, and nothing of it is run. */
export function renderManPage(): string {
  let help = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      help += chunk.toString('utf8');
      done();
    },
  });
  const io: CliIo = {
    stdout,
    stderr: stdout,
    stdin: new PassThrough(),
    env: {},
    isTerminal: { stdin: false, stdout: false },
    columns: WIDE,
    rows: 24,
    workingFolder: '/',
    user: '',
    now: () => 0,
    signal: new AbortController().signal,
  };
  const actions = remoteActions({ version: '' } as CliActions);
  const program = buildProgram(actions, io, new Printer(io), () => {});
  const commands = program.commands.map((command) => {
    help = '';
    command.outputHelp();
    return { command, example: EXAMPLE.exec(help)?.[1]?.trim() ?? '' };
  });
  return manPage(program, commands);
}
