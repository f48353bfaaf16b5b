export type Settings = Readonly<Record<string, string | null>>;

/** Where a release is installed, and what all releases of the application share. */
export interface Place {
  readonly programFolder: string;
  readonly dataFolder: string;
}

export interface UserCounts {
  /** By name: what users did. */
  readonly done: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
}

/** Users of the application, who come through Vili. */
export interface Users {
  /** Resolves when what was begun is done. */
  stop(): Promise<void>;
  counts(): UserCounts;
}

/** An application from the npm registry as it is put behind Vili. */
export interface Application {
  /** Its package. */
  readonly name: string;
  /** Of its server files. */
  readonly identifier: string;
  /** A release and the next one. */
  readonly releases: readonly [from: string, to: string];
  /** For its `package.json`. */
  readonly overrides?: Readonly<Record<string, string>>;
  /** What an operator sets for it. */
  readonly settings: Settings;
  /** `mirror.rules` by which log-ins, and what they allow to write, are copied. */
  readonly copied: string;
  /** Visits in the middle of which the switch may come, so that what they wrote is not there for the new process. */
  readonly endedBySwitch: number;
  /** Writes settings and data, beside the base of Vili. */
  writeData(folder: string): Promise<void>;
  /** The start script but for its first line. */
  script(place: Place): readonly string[];
  /** Users begin; resolves when the first have what they need. */
  begin(port: number, folder: string): Promise<Users>;
}
