import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a command would be found, as execvp(3) does, or null. */
export function findCommand(command: string, searchPath: string): string | null {
  if (command.includes('/')) return isExecutableFile(command) ? command : null;
  for (const folder of searchPath.split(delimiter)) {
    const candidate = join(folder === '' ? '.' : folder, command);
    if (isExecutableFile(candidate)) return candidate;
  }
  return null;
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
