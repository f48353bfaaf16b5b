import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { attempt } from '../errors.ts';

/** The kernel reads this much of a script's first line (BINPRM_BUF_SIZE). */
const HEAD_BYTES = 256;

/** The path at which execvp(3) would find a command, or null. */
export function findCommand(command: string, searchPath: string): string | null {
  if (command.includes('/')) return isExecutableFile(command) ? command : null;
  for (const folder of searchPath.split(delimiter)) {
    const candidate = join(folder === '' ? '.' : folder, command);
    if (isExecutableFile(candidate)) return candidate;
  }
  return null;
}

/** The program named in the first line (`#!`) of a script, if that program is missing; else null. */
export function missingInterpreter(file: string): string | null {
  const interpreter = /^#! *([^ \t\n]+)/.exec(readHead(file))?.[1];
  return interpreter === undefined || isExecutableFile(interpreter) ? null : interpreter;
}

/** Whether this user may execute the file; links are followed. */
export function isExecutableFile(file: string): boolean {
  return attempt(() => {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  }, false);
}

// Private

function readHead(file: string): string {
  const buffer = Buffer.alloc(HEAD_BYTES);
  return attempt(() => {
    const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(descriptor);
    }
  }, '');
}
