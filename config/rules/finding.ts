/** A broken rule between settings, reported at the key that is easiest to change. */
export interface Finding {
  readonly key: string;
  /** Continues the sentence after the value of `key`; `{other.key}` is replaced by that setting and its value. */
  readonly text: string;
  /** A problem prevents the start; a warning does not, and is reported only when `key` was set. */
  readonly severity: 'problem' | 'warning';
}

export function problemIf(broken: boolean, key: string, text: string): Finding[] {
  return broken ? [{ key, text, severity: 'problem' }] : [];
}

export function warningIf(broken: boolean, key: string, text: string): Finding[] {
  return broken ? [{ key, text, severity: 'warning' }] : [];
}
