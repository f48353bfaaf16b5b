import { type Reason, reasonOf } from '../../model/reason.ts';
import type { Release } from '../../model/release.ts';
import type { DeclaredDifference } from '../../model/traffic-rules.ts';
import { counted, someOf } from '../../text/numbers.ts';
import { beginAnew } from '../hand/anew.ts';
import type { Draft } from '../draft.ts';
import type { DeploymentEvent } from '../events.ts';
import type { Declaration, Deployment } from '../state.ts';

/** Versions whose declared differences are remembered. */
const DECLARED_LIMIT = 10;
const MAX_NAMED = 5;

/**
 * A file declares what differs in a version. It counts for the whole test: one that is under way begins anew, since what it
 * has counted would stay. A version that serves already, or one before it, is not judged by it any more.
 */
export function declare(draft: Draft, event: Extract<DeploymentEvent, { type: 'declared' }>): void {
  const { version, fileName, entries } = event;
  if (!isToCome(draft, version)) return;
  const known = draft.state.declared ?? [];
  const before = known.find((it) => it.version === version)?.entries ?? [];
  if (JSON.stringify(before) === JSON.stringify(entries)) return;
  const others = known.filter((it) => it.version !== version && isNeeded(draft, it));
  const all = entries.length === 0 ? others : [...others, { version, fileName, entries }];
  draft.set({ declared: all.slice(-DECLARED_LIMIT) });
  if (draft.state.testing?.release.version === version) beginAnew(draft);
}

/** For the commands of a test: what the version is meant to have. Empty where nothing is declared. */
export function declaredOf(
  { declared = [] }: Deployment,
  { version }: Release,
): { readonly declared?: readonly DeclaredDifference[] } {
  const found = declared.find((it) => it.version === version);
  return found === undefined ? {} : { declared: found.entries };
}

/** For the history, when a test begins. */
export function declaredReasons(
  { declared = [] }: Deployment,
  release: Release,
): readonly Reason[] {
  const found = declared.find((it) => it.version === release.version);
  if (found === undefined) return [];
  const { entries, fileName } = found;
  const texts = entries.map(({ endpoint, path, reason }) => {
    return `${endpoint === null ? '' : `${endpoint} `}${path} (${reason})`;
  });
  const what = counted(entries.length, 'difference');
  return [
    reasonOf('declared', `${fileName} declares ${what}: ${someOf(texts, MAX_NAMED).join('; ')}`),
  ];
}

// Private

function isToCome({ state, rules }: Draft, version: string): boolean {
  const { running } = state;
  return running === null || rules.compareVersions(version, running.release.version) > 0;
}

/** Of a version that can be tested, is tested, or is judged on probation. */
function isNeeded(draft: Draft, { version }: Declaration): boolean {
  return isToCome(draft, version) || draft.state.running?.release.version === version;
}
