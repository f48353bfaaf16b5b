import type { Replayed } from '../../evaluation/replay.ts';

export interface ReplayRequest {
  readonly by: string;
  readonly sample: string;
  readonly version?: string | undefined;
  readonly to?: 'testing' | 'running' | undefined;
}

/** Schema `vili.replay/1`. Fields may be added, never renamed. */
export interface ReplayView extends Replayed {
  readonly schema: 'vili.replay/1';
  readonly version: string;
  readonly to: 'testing' | 'running';
}

export interface IgnoreRequest {
  readonly by: string;
  readonly path: string;
  readonly endpoint?: string | undefined;
  readonly reason?: string | undefined;
  readonly dryRun?: boolean | undefined;
}

/** Schema `vili.ignore/1`. Fields may be added, never renamed. */
export interface IgnoreView {
  readonly schema: 'vili.ignore/1';
  /** `.env` or `vili.yaml`, in the base. */
  readonly file: string;
  /** Of the setting in the new file, from 1. */
  readonly line: number;
  /** The line that is replaced; null where one is added. */
  readonly before: string | null;
  /** Exactly what is written, with its comment. */
  readonly after: string;
  readonly rule: string;
  /** What happens now, or would. */
  readonly effect: string;
}
