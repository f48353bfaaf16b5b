import type { Release } from '../model/release.ts';
import type { Draft } from './draft.ts';

/** Tests under way compare with a version that leaves: they may be made again when somebody asks for it. */
export function endTests(draft: Draft, text: string): void {
  const { testing, incoming } = draft.state;
  if (testing !== null && testing.phase !== 'waiting') {
    draft.ask({ type: 'mirror-off' }, { type: 'evaluate-off' }, { type: 'unlink-test' });
    draft.set({ testing: null, promotion: null });
    endTest(draft, testing.release, text);
  }
  if (incoming !== null && incoming.phase !== 'waiting') {
    draft.set({ incoming: null });
    if (incoming.release.name !== testing?.release.name) endTest(draft, incoming.release, text);
  }
}

// Private

function endTest(draft: Draft, release: Release, text: string): void {
  draft.supersede(
    release,
    `${text}, so the test ended; to test it again: vili retest ${release.version}`,
  );
  draft.decide(release);
  draft.retire(release);
}
