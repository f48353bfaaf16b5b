export type SpansMessage =
  /** The collector does not take spans, and why. */
  | { readonly type: 'away'; readonly problem: string }
  /** It does again, and so many were dropped meanwhile. */
  | { readonly type: 'back'; readonly dropped: number }
  | { readonly type: 'gone'; readonly cause: Error };
