import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ViliError } from '../errors.ts';
import { findCommand, isExecutableFile } from './executable.ts';

const NODE_EXTENSIONS = new Set(['js', 'mjs', 'cjs']);

export interface LaunchOptions {
  /** Of the server file, with or without the leading dot; '' when it has none. */
  readonly extension: string;
  /** INSTANCE/IDENTIFIER.ext */
  readonly serverFile: string;
  readonly port: number;
  readonly instanceFolder: string;
  readonly base: string;
  /** System property a jar reads its port from when there is no properties file. */
  readonly portIdentifier: string;
  /** '' when the service has none. */
  readonly propertiesFileName: string;
  /** Extension to command, with {file} {port} {instance} {base}; wins over the built-in ways. */
  readonly launch: Readonly<Record<string, readonly string[]>>;
  /** PATH to look commands up in; that of this process when left out. */
  readonly searchPath?: string;
}

/**
 * The command that starts a server file, checked before anything is spawned. Throws
 * VILI_SERVER_FILE_MISSING, VILI_INTERPRETER_MISSING, VILI_NOT_EXECUTABLE or VILI_LAUNCH_EMPTY.
 */
export function launchCommand(options: LaunchOptions): readonly string[] {
  const extension = options.extension.replace(/^\./, '');
  requireServerFile(options.serverFile);
  const custom = customTemplate(options.launch, extension);
  if (custom !== undefined) return customCommand(custom, extension, options);
  if (extension === 'jar') return javaCommand(options);
  if (NODE_EXTENSIONS.has(extension)) return [process.execPath, options.serverFile];
  if (extension === 'py') {
    requireCommand('python3', options);
    return ['python3', options.serverFile];
  }
  requireExecutable(options.serverFile, extension);
  return [options.serverFile];
}

// Private

function javaCommand(options: LaunchOptions): readonly string[] {
  requireCommand('java', options);
  const properties =
    options.propertiesFileName === '' && options.portIdentifier !== ''
      ? [`-D${options.portIdentifier}=${options.port}`]
      : [];
  return ['java', ...properties, '-jar', options.serverFile];
}

function customTemplate(
  launch: LaunchOptions['launch'],
  extension: string,
): readonly string[] | undefined {
  const key = [extension, `.${extension}`].find((name) => Object.hasOwn(launch, name));
  return key === undefined ? undefined : launch[key];
}

function customCommand(
  template: readonly string[],
  extension: string,
  options: LaunchOptions,
): readonly string[] {
  const values: Readonly<Record<string, string>> = {
    file: options.serverFile,
    port: String(options.port),
    instance: options.instanceFolder,
    base: options.base,
  };
  // One pass, so that a value that looks like a placeholder stays as it is.
  const command = template.map((part) =>
    part.replace(/\{(file|port|instance|base)\}/g, (_, name: string) => values[name] ?? ''),
  );
  const [program] = command;
  if (program === undefined || program === '') {
    throw new ViliError('VILI_LAUNCH_EMPTY', `launch for '${extension}' names no command`);
  }
  // A relative path is meant from the instance folder, where the servlet is started.
  const relative = program.includes('/') && !isAbsolute(program);
  if (program === options.serverFile) requireExecutable(program, extension);
  else if (relative) requireExecutable(join(options.instanceFolder, program), extension);
  else requireCommand(program, options);
  return command;
}

function requireServerFile(file: string): void {
  let isFile = false;
  try {
    isFile = statSync(file).isFile();
  } catch {
    // A link that points nowhere ends here too.
  }
  if (!isFile) {
    throw new ViliError('VILI_SERVER_FILE_MISSING', `server file ${file} is missing or no file`);
  }
}

function requireCommand(command: string, options: LaunchOptions): void {
  const searchPath = options.searchPath ?? process.env['PATH'] ?? '';
  if (findCommand(command, searchPath) !== null) return;
  const where = command.includes('/') ? 'is no executable file' : `is not in PATH (${searchPath})`;
  throw new ViliError(
    'VILI_INTERPRETER_MISSING',
    `cannot start ${options.serverFile}: the command '${command}' ${where}`,
  );
}

function requireExecutable(file: string, extension: string): void {
  if (isExecutableFile(file)) return;
  throw new ViliError(
    'VILI_NOT_EXECUTABLE',
    `${file} is not executable and no 'launch' setting covers '${extension}': ` +
      'make it executable (chmod +x) or name its command there',
  );
}
