/** Responses of the API, as docs/api.md has them: what only the page reads of them. */

/** `vili.evidence/1`: how sure it was, over time. All lists are of one length. */
export interface EvidenceView {
  readonly version: string;
  readonly thresholds: { readonly reject: number; readonly promote: number };
  readonly points: {
    readonly elapsedMs: readonly number[];
    readonly pairs: readonly number[];
    readonly oddsWorse: readonly number[];
    readonly oddsFit: readonly number[];
    readonly progress: readonly number[];
    readonly bySignal: Readonly<Record<string, readonly number[]>>;
  };
}

/** What one side did at an endpoint; `ms` counts responses by the bins of `bounds`. */
export interface EndpointSide {
  readonly failed: number;
  readonly clientErrors: number;
  readonly ms: readonly number[];
}

export interface EndpointView {
  readonly endpoint: string;
  readonly requests: number;
  readonly share: number;
  readonly pairs: number;
  readonly worse: number;
  readonly better: number;
  readonly held: boolean;
  readonly needs: string | null;
  readonly running: EndpointSide;
  readonly testing: EndpointSide;
}

/** `vili.endpoints/1` */
export interface EndpointsView {
  readonly version: string;
  readonly requests: number;
  readonly bounds: readonly number[];
  readonly endpoints: readonly EndpointView[];
}

/** `vili.series/1` */
export interface SeriesView {
  readonly stepSeconds: number;
  readonly from: number;
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}
