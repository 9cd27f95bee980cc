import type { Window } from "../page.ts";

/** Conditions of a statement and their values. Values never become part of the text. */
export class Conditions {
  readonly values: unknown[];
  readonly #parts: string[] = [];
  readonly #fixed = new Set<string>();

  /** @param values of the statement that these are part of. */
  constructor(values: unknown[] = []) {
    this.values = values;
  }

  /** Places a value and returns the parameter that stands for it. */
  value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  add(part: string): void {
    this.#parts.push(part);
  }

  /** `column = value`, or no condition at all when there is no value. */
  equal(column: string, value: unknown): void {
    if (value === undefined || value === null) return;
    this.add(`${column} = ${this.value(value)}`);
    this.#fixed.add(column);
  }

  /** Without the columns that have one value, so that PostgreSQL sees that what it read in this order is in it. */
  undecided(ordering: Ordering): Ordering {
    const open = ordering.filter(([column]) => !this.#fixed.has(column));
    return open.length === 0 ? ordering.slice(0, 1) : open;
  }

  where(): string {
    return this.#parts.length === 0 ? "true" : this.#parts.join(" AND ");
  }
}

/** A column of an ordering, its name in SQL and its type for the parameter compared with it. */
export type Ordering = readonly (readonly [column: string, type: string])[];

/**
 * Adds the window's bounds as row comparisons, which an index on the same columns answers from the right place on
 * whatever the page: the cost of a page does not grow with its number.
 */
export function addBounds(conditions: Conditions, ordering: Ordering, window: Window<readonly unknown[]>): void {
  const columns = ordering.map(([column]) => column).join(", ");
  const bound = (key: readonly unknown[] | undefined, comparison: string): void => {
    if (key === undefined) return;
    const values = ordering.map(([, type], i) => `${conditions.value(key[i])}::${type}`).join(", ");
    conditions.add(`(${columns}) ${comparison}${window.inclusive ? "=" : ""} (${values})`);
  };
  bound(window.after, ">");
  bound(window.before, "<");
}

/** In the text: how to read a list best depends on how much of it is wanted, and few sizes are in use. */
export function limitOf({ limit }: Pick<Window<unknown>, "limit">): string {
  if (!Number.isSafeInteger(limit) || limit < 0) throw new RangeError(`limit: expected a count, got ${limit}`);
  return `LIMIT ${limit}`;
}

export function orderBy(ordering: Ordering, backward: boolean): string {
  return ordering.map(([column]) => `${column} ${backward ? "DESC" : "ASC"}`).join(", ");
}
