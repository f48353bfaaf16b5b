import type { CompareRule, HeaderEdit, MirrorRule, PathRewrite, StickyKey } from './formats.ts';

type BlockOrReport = 'block' | 'report';

/** Every setting, checked, with its unit in its name. Read once by main, handed down in parts. */
export interface Settings {
  /** Absolute. */
  readonly base: string;
  readonly host: string;
  readonly port: number;
  readonly identifier: string;
  readonly scheme: 'http' | 'https';
  /** The host on which servlets listen. */
  readonly endpoint: string;
  /** Both ends included. */
  readonly portRange: { readonly from: number; readonly to: number };
  /** '' for none. */
  readonly propertiesFileName: string;
  readonly portIdentifier: string;
  /** File ending -> command: `'.rb': ['ruby', '{file}']`. */
  readonly launch: Readonly<Record<string, readonly string[]>>;
  /** Names of variables handed on to the service; a trailing `*` stands for any rest. */
  readonly passEnvironment: readonly string[];
  readonly readiness: {
    readonly path: string | null;
    readonly timeoutMs: number;
    readonly intervalMs: number;
    readonly successes: number;
  };
  readonly liveness: {
    readonly path: string | null;
    readonly intervalMs: number;
    readonly timeoutMs: number;
    readonly failures: number;
  };
  readonly stop: { readonly timeoutMs: number; readonly signal: NodeJS.Signals };
  readonly drain: { readonly timeoutMs: number };
  readonly hold: {
    readonly maxMs: number;
    readonly maxRequests: number;
    readonly maxBytes: number;
  };
  readonly restart: {
    readonly backoffMinMs: number;
    readonly backoffMaxMs: number;
    readonly resetAfterMs: number;
    readonly testingMax: number;
  };
  readonly testing: {
    /** 0 to 19, added to Vili's own. */
    readonly nice: number;
    /** How many of the host's processors it may not use. */
    readonly sparedProcessors: number;
  };
  readonly arrival: { readonly stableMs: number; readonly pollMs: number };
  readonly mirror: {
    readonly methods: readonly string[];
    readonly rules: readonly MirrorRule[];
    /** 0 to 1. */
    readonly sample: number;
    readonly sticky: StickyKey | null;
    readonly maxBodyBytes: number;
    readonly concurrency: number;
    /** 0 to 1. */
    readonly busyLimit: number;
    readonly queue: number;
    readonly queueBytes: number;
    readonly timeoutMs: number;
    readonly header: string;
    /** Values may be secrets. */
    readonly headers: readonly HeaderEdit[];
    readonly rewrite: readonly PathRewrite[];
  };
  readonly compare: {
    readonly shape: BlockOrReport;
    readonly values: BlockOrReport;
    readonly maxBodyBytes: number;
    readonly maxDepth: number;
    /** Lower case. */
    readonly headers: readonly string[];
    readonly rules: readonly CompareRule[];
    /** 0 to 1. */
    readonly controlShare: number;
  };
  readonly samples: {
    readonly perEndpoint: number;
    readonly maxBytes: number;
    readonly maxBodyBytes: number;
  };
  /** Header names in lower case, JSON paths. */
  readonly mask: { readonly headers: readonly string[]; readonly paths: readonly string[] };
  /** `/items/{id}` or `GET /items/{id}`. */
  /** With those of `openapi`. */
  readonly routes: readonly string[];
  /** An absolute path and what was found there; null for none. */
  readonly openapi: { readonly file: string; readonly routes: readonly string[] } | null;
  readonly verdict: {
    readonly mode: 'auto' | 'manual';
    readonly minRequests: number;
    readonly minTimeMs: number;
    /** 0 to 1. */
    readonly margin: number;
    readonly warmupRequests: number;
    readonly warmupTimeMs: number;
    readonly confirmTimeMs: number;
    readonly logWindowMs: number;
    readonly deadlineMs: number;
  };
  readonly probationMs: number;
  readonly health: { readonly paths: readonly string[] };
  readonly header: { readonly maxBytes: number; readonly maxCount: number };
  readonly request: {
    readonly headTimeoutMs: number;
    readonly idleTimeoutMs: number;
    readonly keepAliveMs: number;
    readonly maxConnections: number;
  };
  readonly upstream: {
    readonly connectTimeoutMs: number;
    readonly headTimeoutMs: number;
    readonly idleTimeoutMs: number;
    readonly maxConnections: number;
  };
  readonly gate: { readonly processes: number };
  /** Absolute paths; null: users speak plain HTTP. */
  readonly tls: {
    readonly certFile: string;
    readonly keyFile: string;
    readonly reloadMs: number;
  } | null;
  readonly trustedProxies: readonly string[];
  /** An absolute path; '' for none. */
  readonly errorPage: string;
  readonly log: {
    /** An absolute path; '' for stdout. */
    readonly dir: string;
    /** debug, info, notice, warning, error or crit. */
    readonly level: string;
    readonly maxBytes: number;
    readonly keep: number;
    readonly levelField: string;
    readonly numbers: 'auto' | 'pino' | 'syslog' | 'python';
  };
  readonly instances: { readonly keep: number };
  readonly archive: { readonly maxBytes: number };
  /** `minFree` is a share, 0 to 1. */
  readonly disk: { readonly minFree: number; readonly intervalMs: number };
  readonly servletLog: { readonly maxBytes: number };
  readonly trace: { readonly size: number; readonly slowMs: number };
  readonly history: { readonly maxEntries: number };
  /** The token is a secret. */
  readonly admin: { readonly listen: string | null; readonly token: string | null };
  readonly legacy: {
    readonly manualcontrol: boolean;
    readonly slackChannel: string;
    readonly entraosApiUri: string;
    readonly whydahUri: string;
    readonly whydahApplicationId: string;
    readonly whydahApplicationName: string;
    /** A secret. */
    readonly whydahApplicationSecret: string;
    readonly appIcon: string;
    readonly envIcon: string;
    readonly env: string;
    readonly logFile: string;
  };
}
