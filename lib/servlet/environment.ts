import { ViliError } from '../errors.ts';
import { ROLE_WORDS, type Role } from '../model/role.ts';
import { TAG_VARIABLE, tagPrefixOf } from './process/tag.ts';

/**
 * What a servlet inherits from Vili's own environment. Everything else is left out on purpose: a
 * removed setting is really gone at the next start, and no secret of Vili reaches the service.
 */
export const INHERITED_VARIABLES: readonly string[] =
  'PATH HOME LANG LC_* TZ JAVA_HOME TMPDIR USER LOGNAME'.split(' ');

/**
 * Never passed on, even on request: sd_notify(3) and socket activation concern the daemon itself,
 * and `VILI_*` are Vili's settings.
 */
const OWN_VARIABLES: readonly string[] = (
  'NOTIFY_SOCKET WATCHDOG_* LISTEN_* MAINPID INVOCATION_ID JOURNAL_STREAM ' +
  'CREDENTIALS_DIRECTORY VILI_*'
).split(' ');

export interface EnvironmentOptions {
  readonly parent: NodeJS.ProcessEnv;
  /** Real path of the base. */
  readonly base: string;
  readonly instanceId: string;
  /** From `servletTag`. */
  readonly tag: string;
  readonly port: number;
  readonly role: Role;
  /** Further names taken from `parent`; a trailing `*` matches any rest. */
  readonly passThrough?: readonly string[];
}

/**
 * The complete environment of a servlet, built from scratch. The pty adds TERM=dumb and PWD, nothing
 * else. Throws VILI_TAG_FOREIGN when the tag is of another base: such a process would never be reaped.
 */
export function servletEnvironment(options: EnvironmentOptions): Record<string, string> {
  if (!options.tag.startsWith(tagPrefixOf(options.base))) {
    throw new ViliError(
      'VILI_TAG_FOREIGN',
      `tag '${options.tag}' of ${options.instanceId} does not begin with its base '${options.base}:'`,
    );
  }
  const wanted = [...INHERITED_VARIABLES, ...(options.passThrough ?? [])];
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.parent)) {
    if (value === undefined || matches(name, OWN_VARIABLES)) continue;
    if (matches(name, wanted)) environment[name] = value;
  }
  environment['PORT'] = String(options.port);
  environment['VILI_ROLE'] = ROLE_WORDS[options.role];
  environment['VILI_TEST'] = String(options.role === 'testing');
  environment[TAG_VARIABLE] = options.tag;
  return environment;
}

// Private

function matches(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
  );
}
