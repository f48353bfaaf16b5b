import { statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { attempt, ViliError } from '../errors.ts';
import { findCommand, isExecutableFile } from './executable.ts';

const NODE_EXTENSIONS = new Set(['js', 'mjs', 'cjs']);

export interface LaunchSettings {
  /** System property from which a jar reads its port when there is no properties file. */
  readonly portIdentifier: string;
  /** '' when the service has none. */
  readonly propertiesFileName: string;
  /** Extension to command, with {file} {port} {instance} {base}; overrides the built-in commands. */
  readonly launch: ReadonlyMap<string, readonly string[]>;
}

export interface LaunchOptions {
  /** Extension of the server file, with or without the leading dot; '' when it has none. */
  readonly extension: string;
  /** INSTANCE/IDENTIFIER.ext */
  readonly serverFile: string;
  readonly port: number;
  readonly instanceFolder: string;
  readonly base: string;
  readonly settings: LaunchSettings;
  /** PATH in which commands are looked up; by default that of this process. */
  readonly searchPath?: string;
}

/**
 * The command that starts a server file, checked before anything is spawned. Throws
 * VILI_SERVER_FILE_MISSING, VILI_INTERPRETER_MISSING, VILI_NOT_EXECUTABLE or VILI_LAUNCH_EMPTY.
 */
export function launchCommand(options: LaunchOptions): readonly string[] {
  const extension = options.extension.replace(/^\./, '');
  requireServerFile(options.serverFile);
  const { launch } = options.settings;
  const template = launch.get(extension) ?? launch.get(`.${extension}`);
  if (template !== undefined) return customCommand(template, extension, options);
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
  const { propertiesFileName, portIdentifier } = options.settings;
  const properties =
    propertiesFileName === '' && portIdentifier !== ''
      ? [`-D${portIdentifier}=${options.port}`]
      : [];
  return ['java', ...properties, '-jar', options.serverFile];
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
  // One pass, so that a value that looks like a placeholder is left unchanged.
  const command = template.map((part) =>
    part.replace(/\{(file|port|instance|base)\}/g, (_, name: string) => values[name] ?? ''),
  );
  const [program] = command;
  if (program === undefined || program === '') {
    throw new ViliError('VILI_LAUNCH_EMPTY', `launch for '${extension}' names no command`);
  }
  // A relative path starts at the instance folder, which is the servlet's working directory.
  const relative = program.includes('/') && !isAbsolute(program);
  if (program === options.serverFile) requireExecutable(program, extension);
  else if (relative) requireExecutable(join(options.instanceFolder, program), extension);
  else requireCommand(program, options);
  return command;
}

function requireServerFile(file: string): void {
  if (attempt(() => statSync(file).isFile(), false)) return;
  const text = `server file ${file} is missing or not a file`;
  throw new ViliError('VILI_SERVER_FILE_MISSING', text);
}

function requireCommand(command: string, options: LaunchOptions): void {
  const searchPath = options.searchPath ?? process.env['PATH'] ?? '';
  if (findCommand(command, searchPath) !== null) return;
  const fault = command.includes('/')
    ? 'is not an executable file'
    : `is not in PATH (${searchPath})`;
  throw new ViliError(
    'VILI_INTERPRETER_MISSING',
    `cannot start ${options.serverFile}: the command '${command}' ${fault}`,
  );
}

function requireExecutable(file: string, extension: string): void {
  if (isExecutableFile(file)) return;
  throw new ViliError(
    'VILI_NOT_EXECUTABLE',
    `${file} is not executable and no 'launch' setting covers '${extension}': ` +
      'make it executable (chmod +x) or add a command for it there',
  );
}
