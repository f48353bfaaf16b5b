import { type ProcessIdentity, readStat, scanProcesses } from '../process/identity.ts';

const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh']);

/**
 * One sentence on why a ready servlet could not shut down in order, or null. A start script that
 * does not `exec` its server remains the session leader: SIGTERM ends the script, and the kernel
 * then hangs up the server at once, along with all its requests.
 */
export async function drainWarning(leader: ProcessIdentity): Promise<string | null> {
  const stat = readStat(leader.pid);
  if (stat === null || stat.startTime !== leader.startTime || !SHELLS.has(stat.command))
    return null;
  const [child] = await scanProcesses((found) => found.stat.parentPid === leader.pid);
  if (child === undefined) return null;
  return (
    `the start script (${stat.command}, pid ${leader.pid}) runs ${child.stat.command} as its child; ` +
    `it must start it with 'exec', else the service cannot finish its requests when it is stopped`
  );
}
