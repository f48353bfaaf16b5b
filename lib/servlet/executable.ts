import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The kernel reads this much of a script's first line (BINPRM_BUF_SIZE). */
const HEAD_BYTES = 256;

/** Where a command would be found, as execvp(3) does, or null. */
export function findCommand(command: string, searchPath: string): string | null {
  if (command.includes('/')) return isExecutableFile(command) ? command : null;
  for (const folder of searchPath.split(delimiter)) {
    const candidate = join(folder === '' ? '.' : folder, command);
    if (isExecutableFile(candidate)) return candidate;
  }
  return null;
}

/** The program the first line (`#!`) of a script names, when that is not there; else null. */
export function missingInterpreter(file: string): string | null {
  const head = readHead(file);
  const interpreter = /^#! *([^ \t\n]+)/.exec(head)?.[1];
  return interpreter === undefined || isExecutableFile(interpreter) ? null : interpreter;
}

/** A file this user may execute; links are followed. */
export function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

// Private

function readHead(file: string): string {
  const buffer = Buffer.alloc(HEAD_BYTES);
  try {
    const descriptor = openSync(file, 'r');
    try {
      return buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, HEAD_BYTES, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}
