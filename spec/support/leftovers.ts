import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';

const SETTLE_LIMIT_MS = 3000;
const SETTLE_STEP_MS = 25;
/** Handles held by the runtime or the test runner, never by a spec. */
const OWN_KINDS = new Set(['TTYWrap', 'PipeWrap', 'CloseReq', 'FSReqPromise', 'FSReqCallback']);

export interface Resources {
  readonly active: ReadonlyMap<string, number>;
  readonly folders: ReadonlySet<string>;
}

/** What the process holds now: active handles by kind, and `vili-*` folders in the temp folder. */
export function snapshotResources(): Resources {
  const active = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) {
    if (!OWN_KINDS.has(kind)) active.set(kind, (active.get(kind) ?? 0) + 1);
  }
  const folders = new Set(readdirSync(tmpdir()).filter((name) => name.startsWith('vili-')));
  return { active, folders };
}

/** Throws an error that names what is left when the process does not return to `before` within 3 s. */
export async function reportLeftovers(before: Resources): Promise<void> {
  const deadline = Date.now() + SETTLE_LIMIT_MS;
  let left = leftSince(before);
  while (left.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, SETTLE_STEP_MS));
    left = leftSince(before);
  }
  if (left.length > 0) throw new Error(`specs left behind: ${left.join(', ')}`);
}

// Private

function leftSince(before: Resources): string[] {
  const now = snapshotResources();
  const left: string[] = [];
  for (const [kind, count] of now.active) {
    const extra = count - (before.active.get(kind) ?? 0);
    if (extra > 0 && kind !== 'Timeout') left.push(`${extra} ${kind}`);
  }
  for (const folder of now.folders) if (!before.folders.has(folder)) left.push(folder);
  return left;
}
