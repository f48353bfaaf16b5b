/** A rule between settings that is broken, told at the key that is easiest to change. */
export interface Finding {
  readonly key: string;
  /** Goes on after the value of `key`; `{other.key}` stands for another setting and its value. */
  readonly text: string;
  /** A problem prevents the start; a warning does not, and is only told when `key` was set. */
  readonly severity: 'problem' | 'warning';
}

export function problemIf(broken: boolean, key: string, text: string): Finding[] {
  return broken ? [{ key, text, severity: 'problem' }] : [];
}

export function warningIf(broken: boolean, key: string, text: string): Finding[] {
  return broken ? [{ key, text, severity: 'warning' }] : [];
}
