/** Responses, and those of them of one kind. */
export interface Count {
  readonly responses: number;
  readonly hits: number;
}

/** What was found of one kind on one endpoint, or on all (null). */
export interface Found {
  readonly endpoint: string | null;
  readonly kind: number;
  /** What it adds to the odds. */
  readonly strength: number;
  /** The rate that a version no worse than control may reach. */
  readonly nullRate: number;
  readonly trial: Count;
  /** Of control, before the version on trial came, and at the same time. */
  readonly before: Count;
  readonly meanwhile: Count;
}
