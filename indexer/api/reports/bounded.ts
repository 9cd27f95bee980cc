/** Forgets all of a map when it holds more than this: what it held is read again. */
export function bounded<Key, Value>(map: Map<Key, Value>, most: number): Map<Key, Value> {
  if (map.size > most) map.clear();
  return map;
}
