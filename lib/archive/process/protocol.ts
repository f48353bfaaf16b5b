import type { ArchiveOutcome } from '../archive-version.ts';

/** What the process that archives is told: its job first, then the answers to what it asks. */
export type ToArchiving =
  | {
      readonly type: 'archive';
      readonly base: string;
      readonly identifier: string;
      readonly name: string;
      readonly level: number | undefined;
    }
  | { readonly type: 'may-delete'; readonly may: boolean };

/** Its last word is `done` or `failed`. */
export type FromArchiving =
  | { readonly type: 'may-delete' }
  | { readonly type: 'done'; readonly outcome: ArchiveOutcome }
  | { readonly type: 'failed'; readonly code: string; readonly text: string };
