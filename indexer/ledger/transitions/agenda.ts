import type { UnixTime } from "../../grants/record.ts";

interface Entry {
  readonly at: UnixTime;
  readonly key: string;
}

const precedes = (a: Entry, b: Entry): boolean => (a.at === b.at ? a.key < b.key : a.at < b.at);

/** One moment for each key, to be taken in the order of the moments, and of the keys within one: a binary heap. */
export class Agenda {
  readonly #heap: Entry[] = [];
  readonly #current = new Map<string, UnixTime>();

  /** Replaces the moment of a key; undefined takes it off. */
  set(key: string, at: UnixTime | undefined): void {
    if (this.#current.get(key) === at) return;
    if (at === undefined) this.#current.delete(key);
    else {
      this.#current.set(key, at);
      this.#push({ at, key });
    }
  }

  of(key: string): UnixTime | undefined {
    return this.#current.get(key);
  }

  /** Takes off the first that is not later than `t`, if there is one. */
  take(t: UnixTime): Entry | undefined {
    for (let first = this.#heap[0]; first !== undefined && first.at <= t; first = this.#heap[0]) {
      this.#pop();
      // A moment that was replaced stays in the heap until its turn.
      if (this.#current.get(first.key) !== first.at) continue;
      this.#current.delete(first.key);
      return first;
    }
    return undefined;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let i = heap.length;
    while (i > 0) {
      const above = (i - 1) >> 1;
      const parent = heap[above] as Entry;
      if (!precedes(entry, parent)) break;
      heap[i] = parent;
      i = above;
    }
    heap[i] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    while (true) {
      let below = 2 * i + 1;
      const [left, right] = [heap[below], heap[below + 1]];
      if (left === undefined) break;
      let least = left;
      if (right !== undefined && precedes(right, left)) {
        least = right;
        below += 1;
      }
      if (!precedes(least, last)) break;
      heap[i] = least;
      i = below;
    }
    heap[i] = last;
  }
}
