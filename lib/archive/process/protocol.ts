import type { ArchiveOutcome } from '../archive-version.ts';
import type { RestoredVersion } from '../restore-archived.ts';

/** Messages to the archiving process: first its job, then replies to its questions. */
export type ToArchiving =
  | {
      readonly type: 'archive';
      readonly base: string;
      readonly identifier: string;
      readonly name: string;
      readonly level: number | undefined;
    }
  | {
      readonly type: 'restore';
      readonly base: string;
      readonly identifier: string;
      readonly name: string;
      readonly below: string | null;
    }
  | { readonly type: 'may-delete'; readonly may: boolean };

/** Messages from the archiving process; the last one is `done`, `restored` or `failed`. */
export type FromArchiving =
  | { readonly type: 'may-delete' }
  | { readonly type: 'done'; readonly outcome: ArchiveOutcome }
  | { readonly type: 'restored'; readonly restored: RestoredVersion }
  | { readonly type: 'failed'; readonly code: string; readonly text: string };
