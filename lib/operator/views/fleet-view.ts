/** Schema `vili.fleet/1`, as `GET /v1/fleet` responds and `vili fleet` shows. */
export type { FleetReport, HostReport } from '../../fleet/view/view.ts';

/** What `vili status` shows of a fleet. */
export interface FleetStatus {
  readonly name: string;
  readonly host: string;
  /** Who leads; null: nobody, or it is not known. */
  readonly leader: string | null;
  /** Why the engine is not there; null: it is. */
  readonly problem: string | null;
  /** What this host waits for; null: for nothing. */
  readonly waits: string | null;
}
