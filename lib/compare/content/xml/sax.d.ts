/** What is used of sax, which has no types of its own. */
declare module 'sax' {
  export interface Tag {
    readonly name: string;
    readonly attributes: Readonly<Record<string, string>>;
  }

  /** Its handlers `onopentag`, `onclosetag`, `ontext`, `oncdata`, `onerror` are assigned. */
  export interface Parser {
    write(chunk: string): Parser;
    close(): Parser;
  }

  const sax: {
    parser(
      strict: boolean,
      options: { readonly position: boolean; readonly strictEntities: boolean },
    ): Parser;
  };
  export default sax;
}
