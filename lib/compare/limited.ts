/** The value at `key`, made where it is absent; null where the map already holds `limit` others. */
export function entryOf<K, V>(map: Map<K, V>, key: K, limit: number, make: () => V): V | null {
  const found = map.get(key);
  if (found !== undefined) return found;
  if (map.size >= limit) return null;
  const made = make();
  map.set(key, made);
  return made;
}
