import type { StatusView } from '../../../lib/operator/views/status-view.ts';
import { IDENTIFIER } from '../../support/daemon-world.ts';
import type { Life } from './life.ts';

const REQUESTS = 3;
const RESPONSE_LIMIT_MS = 10_000;

/** What is wrong for users: a request that the running version does not respond to, or any response of a stranger. */
export async function usersOf(
  { world, users, trusted }: Life,
  { running }: StatusView,
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (let at = 0; at < REQUESTS; at++) {
    const signal = AbortSignal.timeout(RESPONSE_LIMIT_MS);
    const url = `http://127.0.0.1:${world.port}/items/1`;
    const response = await fetch(url, { signal, headers: { connection: 'close' } }).catch(String);
    if (typeof response === 'string') problems.push(`users get no response: ${response}`);
    else {
      await response.body?.cancel();
      const version = response.headers.get('x-shop-version');
      if (!response.ok) problems.push(`users get ${response.status}`);
      else if (`${IDENTIFIER}-${version}` !== running?.version) {
        problems.push(`users get ${version}, ${running?.version} runs`);
      }
    }
  }
  for (const version of users.versions.keys()) {
    if (version === 'none' || trusted.has(`${IDENTIFIER}-${version}`)) continue;
    problems.push(`users met ${version}, which nobody promoted`);
  }
  return problems;
}
