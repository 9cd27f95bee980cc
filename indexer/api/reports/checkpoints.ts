import type { Hash } from "node:crypto";

/** A place between two rows of an export, with all that is needed to go on from there. */
export interface Checkpoint<Key> {
  /** Bytes before it. */
  readonly bytes: number;
  readonly rows: number;
  readonly counts: ReadonlyMap<string, number>;
  /** Of the bytes before it; copied before it is gone on with. */
  readonly hash: Hash;
  readonly after: Key | undefined;
}

/**
 * Places in the newest exports, so that one which was broken off goes on without its beginning being made again. It may be
 * gone at any time: an export is the same however it is come by.
 */
export class Checkpoints {
  static readonly EXPORTS = 32;
  static readonly EACH = 64;
  readonly #exports = new Map<string, Checkpoint<unknown>[]>();

  /** The last place of the export at or before this byte. */
  before<Key>(id: string, bytes: number): Checkpoint<Key> | undefined {
    // The keys of an export are all of its own report, which its id names.
    return this.#exports.get(id)?.findLast((place) => place.bytes <= bytes) as Checkpoint<Key> | undefined;
  }

  note<Key>(id: string, place: Checkpoint<Key>): void {
    const places = this.#exports.get(id) ?? [];
    if (places.length > 0 && (places.at(-1)?.bytes ?? 0) >= place.bytes) return;
    places.push(place);
    // Half of them are as good, the distances twice as long.
    const kept = places.length > Checkpoints.EACH ? places.filter((_, i) => i % 2 === 1) : places;
    this.#exports.delete(id);
    this.#exports.set(id, kept);
    const [oldest] = this.#exports.keys();
    if (this.#exports.size > Checkpoints.EXPORTS && oldest !== undefined) this.#exports.delete(oldest);
  }

  /** Bytes after the last place at which the next is worth noting. */
  spacing(id: string): number {
    const [first, second] = this.#exports.get(id) ?? [];
    return first === undefined || second === undefined ? SPACING : Math.max(SPACING, second.bytes - first.bytes);
  }
}

const SPACING = 1 << 18;
