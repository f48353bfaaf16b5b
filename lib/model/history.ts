/** What can happen to a version; the `event` of a history entry. */
export type HistoryEvent =
  | 'started'
  | 'arrived'
  | 'refused'
  /** Something of this place is missing, and is waited for. */
  | 'delayed'
  | 'testing'
  /** It has so large a share of the users from now on. */
  | 'stepped'
  | 'promoted'
  | 'rejected'
  | 'superseded'
  | 'rolled-back'
  | 'archived'
  /** Its folder came back from its archive. */
  | 'restored'
  | 'deleted'
  | 'crashed'
  | 'restarted'
  | 'adopted'
  /** An operator accepted what held a version back. */
  | 'accepted'
  /** An operator let nothing be promoted or rejected by itself for a while; and again. */
  | 'paused'
  | 'resumed'
  /** An operator had a sample sent again. */
  | 'replayed'
  /** An operator had differences ignored, by a rule in the settings. */
  | 'ignored'
  /** The rollout of a version on several hosts has come to its next point; recorded by the host that leads. */
  | 'fleet'
  /** An operator stopped Vili. */
  | 'stopped';

/** One line of `vili history`. */
export interface HistoryEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: HistoryEvent;
  readonly version: string;
  /** Who or what caused it: `vili`, or the person of an audited act. */
  readonly by: string;
  readonly reasons: readonly string[];
}

type Ending = 'promoted' | 'rejected' | 'superseded' | 'rolled-back';

const ENDINGS: ReadonlySet<HistoryEvent> = new Set<Ending>([
  'promoted',
  'rejected',
  'superseded',
  'rolled-back',
]);

/** Whether the event decides a version's fate, which its report then states. */
export function endsTest(event: HistoryEvent): event is Ending {
  return ENDINGS.has(event);
}
