import type { Records } from '../../operator/api/handlers.ts';

/** Everything of the outside world that a command touches; specs pass their own. */
export interface CliIo {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: { readonly stdin: boolean; readonly stdout: boolean };
  /** Width of the terminal; text for people is wrapped at 80 columns at most. */
  readonly columns: number;
  /** Height of the terminal now. */
  readonly rows: number;
  readonly workingFolder: string;
  /** The user, for the audit, e.g. `ann@host`. */
  readonly user: string;
  readonly now: () => number;
  /** Aborted by ^C, if the process handles it. */
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
  /** Also says what becomes of a base of the Go program. */
  readonly migrate: boolean;
}

export interface NotifyOptions extends Omit<CheckOptions, 'migrate'> {
  /** Sends a message by each channel. */
  readonly test: boolean;
  /** Who asks, for the message. */
  readonly by: string;
}

export interface DemoOptions {
  /** Keeps the base folder of the demo, to look around in it. */
  readonly keep: boolean;
}

export interface InitOptions {
  /** Absolute. */
  readonly base: string;
  readonly identifier?: string | undefined;
  readonly port?: number | undefined;
}

/** Schema `vili.init/1`: what was written, and from what. */
export interface InitResult {
  readonly schema: 'vili.init/1';
  readonly file: string;
  readonly identifier: string;
  readonly port: number;
  /** The newest one here, or null. */
  readonly serverFile: string | null;
  readonly properties: { readonly file: string; readonly key: string } | null;
  /** What a person should know. */
  readonly notes: readonly string[];
  /** The next command. */
  readonly next: string;
}

/** The commands that need configuration or actors; the process edge implements them. */
export interface CliActions {
  /** Version of Vili, for `--version`. */
  readonly version: string;
  init(options: InitOptions): Promise<InitResult>;
  start(options: StartOptions): Promise<number>;
  /** Resolves to the exit code of the service's process. */
  runBare(options: StartOptions): Promise<number>;
  check(options: CheckOptions): Promise<number>;
  notify(options: NotifyOptions): Promise<number>;
  demo(options: DemoOptions): Promise<number>;
  /** Resolves to whether the process has ended before `signal` is aborted. */
  untilEnded(pid: number, signal: AbortSignal): Promise<boolean>;
  /** Opens an address in the user's browser; resolves to whether there is one. What that takes is removed at the end of `signal`. */
  readonly openInBrowser: (address: string, signal: AbortSignal) => Promise<boolean>;
  /** What the files of this base say without a daemon; null when no daemon ever ran there. */
  records(base: string): Promise<Records | null>;
}
