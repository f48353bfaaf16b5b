/** Everything a command touches of the world; specs hand in others. */
export interface CliIo {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean };
  /** Width of the terminal; text for people is wrapped at 80 columns at most. */
  readonly columns: number;
  readonly workingFolder: string;
  /** Who acts, for the audit, e.g. `ann@host`. */
  readonly user: string;
  readonly now: () => number;
  /** Aborted by ^C, as far as the process handles it. */
  readonly signal: AbortSignal;
}

export interface StartOptions {
  /** Absolute. */
  readonly base: string;
  /** From `--set key=value` and `--port`, by dotted key, unchecked. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface CheckOptions extends StartOptions {
  readonly json: boolean;
}

export interface DemoOptions {
  /** Leaves the base folder of the demo behind, to look around in it. */
  readonly keep: boolean;
}

/** What needs configuration or actors is done by the program, not by this room. */
export interface CliActions {
  /** Version of Vili, for `--version`. */
  readonly version: string;
  start(options: StartOptions): Promise<number>;
  check(options: CheckOptions): Promise<number>;
  demo(options: DemoOptions): Promise<number>;
}
