import type { ContentKind, Document } from './kind.ts';

export interface Nothing extends Document {
  readonly kind: 'nothing';
}

/** A body without a single character that is not a space. */
export const nothing: ContentKind<Nothing> = {
  kind: 'nothing',
  read: ({ first }) => (first === -1 ? { kind: 'nothing', label: 'nothing' } : null),
  compare: () => undefined,
};
