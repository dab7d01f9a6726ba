/** Owns a map that mostly has one entry, and is then a quarter as large as a Map. In the order of insertion, as a Map is. */
export class Few<Key, Value extends object> {
  #key: Key | undefined;
  /** Undefined while there is none, and while there are more. */
  #value: Value | undefined;
  /** Once there were more. */
  #map: Map<Key, Value> | undefined;

  get size(): number {
    return this.#map?.size ?? (this.#value === undefined ? 0 : 1);
  }

  get(key: Key): Value | undefined {
    if (this.#map !== undefined) return this.#map.get(key);
    return key === this.#key ? this.#value : undefined;
  }

  has(key: Key): boolean {
    return this.get(key) !== undefined;
  }

  set(key: Key, value: Value): void {
    const isOnly = this.#value === undefined || key === this.#key;
    if (this.#map === undefined && isOnly) {
      this.#key = key;
      this.#value = value;
      return;
    }
    this.#map ??= new Map(this);
    this.#key = undefined;
    this.#value = undefined;
    this.#map.set(key, value);
  }

  /** @returns whether it was there. */
  delete(key: Key): boolean {
    if (this.#map !== undefined) return this.#map.delete(key);
    if (!this.has(key)) return false;
    this.#key = undefined;
    this.#value = undefined;
    return true;
  }

  keys(): IterableIterator<Key> {
    return this.#map?.keys() ?? this.#entries.map(([key]) => key).values();
  }

  values(): IterableIterator<Value> {
    return this.#map?.values() ?? this.#entries.map(([, value]) => value).values();
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.#map?.entries() ?? this.#entries.values();
  }

  get #entries(): [Key, Value][] {
    const [key, value] = [this.#key, this.#value];
    return value === undefined ? [] : [[key as Key, value]];
  }
}
