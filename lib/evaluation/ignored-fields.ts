import type { IgnoredField } from '../compare/noise/ignored.ts';
import { differenceKey } from '../compare/noise/noise.ts';
import { BoundedMap } from '../model/bounded-map.ts';

/** Fields kept; those reported last stay. */
const MAX_FIELDS = 1000;

/** What is ignored in a test and why, as last reported by the mirror worker. */
export class IgnoredFields {
  readonly #fields = new BoundedMap<string, IgnoredField>(MAX_FIELDS);

  update(changes: readonly IgnoredField[]): void {
    for (const field of changes) {
      const key = `${field.endpoint} ${field.reason} ${differenceKey(field.kind, field.path)}`;
      if (field.ignored) this.#fields.set(key, field);
      else this.#fields.delete(key);
    }
  }

  all(): readonly IgnoredField[] {
    return [...this.#fields.values()];
  }

  /** Adopts a checkpoint; entries that are not such fields are left out. */
  restore(saved: unknown): void {
    if (Array.isArray(saved)) this.update(saved.filter(isField).slice(0, MAX_FIELDS));
  }
}

// Private

function isField(value: unknown): value is IgnoredField {
  if (typeof value !== 'object' || value === null) return false;
  const { endpoint, kind, path, times, of } = value as Partial<IgnoredField>;
  const texts = [endpoint, kind, path].every((text) => typeof text === 'string');
  return texts && typeof times === 'number' && typeof of === 'number';
}
