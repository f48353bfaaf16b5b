/** jsdiff sets `globalThis.Diff` where there is no other kind of module. */
export type Part = { readonly value: string; readonly added?: boolean; readonly removed?: boolean };

declare global {
  var Diff:
    | {
        diffWordsWithSpace(
          left: string,
          right: string,
          options: { maxEditLength: number },
        ): readonly Part[] | undefined;
      }
    | undefined;
}
