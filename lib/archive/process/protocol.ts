import type { ArchiveOutcome } from '../archive-version.ts';

/** Messages to the archiving process: first its job, then replies to its questions. */
export type ToArchiving =
  | {
      readonly type: 'archive';
      readonly base: string;
      readonly identifier: string;
      readonly name: string;
      readonly level: number | undefined;
    }
  | { readonly type: 'may-delete'; readonly may: boolean };

/** Messages from the archiving process; the last one is `done` or `failed`. */
export type FromArchiving =
  | { readonly type: 'may-delete' }
  | { readonly type: 'done'; readonly outcome: ArchiveOutcome }
  | { readonly type: 'failed'; readonly code: string; readonly text: string };
