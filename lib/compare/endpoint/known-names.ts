/** Values of a parameter, or operations, that make endpoints of one path; further ones are one together. */
const MAX_VALUES = 64;

/** The names given so far, bounded; what does not fit keeps the name of what it refines. */
export class KnownNames {
  private readonly max: number;
  private readonly known = new Set<string>();
  private readonly refinements = new Map<string, number>();

  constructor(max: number) {
    this.max = max;
  }

  get size(): number {
    return this.known.size;
  }

  get isFull(): boolean {
    return this.known.size >= this.max;
  }

  has(name: string): boolean {
    return this.known.has(name);
  }

  /** False when there is no room for a new name. */
  add(name: string): boolean {
    if (this.isFull && !this.known.has(name)) return false;
    this.known.add(name);
    return true;
  }

  /** `value` null: none that can be part of a name. */
  refined(name: string, parameter: string, value: string | null): string {
    const start = `${name}${name.includes('?') ? '&' : '?'}${parameter}`;
    return this.among(
      name,
      start,
      value === '' ? '' : `=${value ?? `{${parameter}}`}`,
      `={${parameter}}`,
    );
  }

  withOperation(name: string, operation: string): string {
    return this.among(name, name, `#${operation}`, '#{operation}');
  }

  // Private

  private among(base: string, start: string, ending: string, otherwise: string): string {
    const name = start + ending;
    if (this.known.has(name)) return name;
    const count = this.refinements.get(start) ?? 0;
    const chosen = count < MAX_VALUES ? name : start + otherwise;
    if (!this.add(chosen)) return base;
    this.refinements.set(start, count + 1);
    return chosen;
  }
}
