import { join, resolve } from 'node:path';
import { ROLE_WORDS, type Role } from '../../model/role.ts';
import type { ServerFile } from './server-file.ts';

/** Number of an instance folder, `2_running`. The Go program's carry a time and are not numbered. */
const INSTANCE_NAME = /^(\d{1,9})_(?:running|test)$/;

/** Every path of a base folder, in one place; nothing here accesses the disk. */
export interface Layout {
  readonly base: string;
  readonly identifier: string;
  readonly archiveFolder: string;
  /** Vili's own folder; only Vili changes anything below it. */
  readonly viliFolder: string;
  readonly stateFile: string;
  readonly historyFile: string;
  readonly evidenceFolder: string;
  /** What users got of the versions that serve or served last. */
  readonly usersFile: string;
  /** The points of the charts, `lib/metrics/series`. */
  readonly seriesFile: string;
  /** One record per process, by which processes left by a killed Vili are ended. */
  readonly pidRecordFolder: string;
  readonly traceFile: string;
  readonly socket: string;
  readonly lockFile: string;
  /** The user's own server file in base. */
  serverFile(file: ServerFile): string;
  versionFolder(name: string): string;
  /** Vili's copy of the server file in its version folder. */
  serverCopy(file: ServerFile): string;
  archiveZip(name: string): string;
  evidenceFile(name: string): string;
  /** Link to the version folder of a role. */
  roleLink(role: Role): string;
  /** Link to the logs of a role's instance. */
  logsLink(role: Role): string;
}

/** The number of an instance folder with this name, or undefined for any other folder. */
export function instanceNumber(name: string): number | undefined {
  const number = INSTANCE_NAME.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The layout of a base folder, as drawn in ARCHITECTURE.md. */
export function layoutOf(base: string, identifier: string): Layout {
  const root = resolve(base);
  const at = (...parts: string[]): string => join(root, ...parts);
  const vili = (...parts: string[]): string => at('.vili', ...parts);
  return Object.freeze({
    base: root,
    identifier,
    archiveFolder: at('archive'),
    viliFolder: vili(),
    stateFile: vili('state.json'),
    historyFile: vili('history.jsonl'),
    evidenceFolder: vili('evidence'),
    usersFile: vili('users.json'),
    seriesFile: vili('series.bin'),
    pidRecordFolder: vili('servlets'),
    traceFile: vili('trace.jsonl'),
    socket: vili('vili.sock'),
    lockFile: vili('lock'),
    serverFile: (file: ServerFile): string => at(file.fileName),
    versionFolder: (name: string): string => at(name),
    serverCopy: (file: ServerFile): string => at(file.name, file.fileName),
    archiveZip: (name: string): string => at('archive', `${name}.zip`),
    evidenceFile: (name: string): string => vili('evidence', `${name}.json`),
    roleLink: (role: Role): string => at(`${identifier}-${ROLE_WORDS[role]}`),
    logsLink: (role: Role): string => at(`logs_${identifier}-${ROLE_WORDS[role]}`),
  });
}
