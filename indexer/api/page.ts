import type { ObservedChain } from "../ops/health.ts";
import { badInput } from "./errors.ts";
import type { Listed } from "./read/listed.ts";

/** Relay's cursor connections (https://relay.dev/graphql/connections.htm): arguments in, pages out. */

export const DEFAULT_PAGE = 50;
export const MAX_PAGE = 1_000;

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly last?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly before?: string | null | undefined;
}

/** Which rows of an ordered list are wanted: `limit` of those between the keys, from one of the sides. */
export interface Window<Key> {
  readonly limit: number;
  /** From the end of the list, the last row first. */
  readonly backward: boolean;
  readonly after?: Key | undefined;
  readonly before?: Key | undefined;
  /** Whether the rows at the keys themselves belong to it. */
  readonly inclusive: boolean;
}

/** @throws GraphQLError BAD_INPUT for counts, whatever `decode` throws for cursors. */
export function toWindow<Key>(args: PageArguments, decode: (cursor: string) => Key): Window<Key> {
  const { first, last } = args;
  if (first != null && last != null) throw badInput("give either first or last, not both");
  for (const [name, value] of Object.entries({ first, last }))
    if (value != null && (value < 0 || value > MAX_PAGE))
      throw badInput(`${name}: expected a number from 0 to ${MAX_PAGE}, got ${value}`);
  const key = (cursor: string | null | undefined): Key | undefined => (cursor == null ? undefined : decode(cursor));
  return {
    limit: first ?? last ?? DEFAULT_PAGE,
    backward: last != null,
    after: key(args.after),
    before: key(args.before),
    inclusive: false,
  };
}

/** A list that can be read in both directions from any key. */
export interface Keyset<Key, Row> {
  read(window: Window<Key>): Promise<Listed<Row>>;
  /** The same list as it was known when these chains were read. */
  pinned(chains: readonly ObservedChain[]): Keyset<Key, Row>;
  keyOf(row: Row): Key;
  encode(key: Key): string;
}

class Edge<Key, Row> {
  readonly node: Row;
  readonly #list: Keyset<Key, Row>;

  constructor(node: Row, list: Keyset<Key, Row>) {
    this.node = node;
    this.#list = list;
  }

  /** Encoded when asked for. */
  get cursor(): string {
    return this.#list.encode(this.#list.keyOf(this.node));
  }
}

/**
 * One page. Whether there is more on the side the page was read towards is known from one row too many. What lies beyond
 * a cursor takes a read of its own, which happens only when the field is asked for.
 */
export async function readPage<Key, Row>(list: Keyset<Key, Row>, window: Window<Key>) {
  const { limit, backward, after, before } = window;
  const { items, chains } = await list.read({ ...window, limit: limit + 1 });
  const rows = [...items];
  const more = rows.length > limit;
  if (more) rows.pop();
  if (backward) rows.reverse();
  const edges = rows.map((row) => new Edge(row, list));
  const any = async (rest: Pick<Window<Key>, "after" | "before" | "backward">): Promise<boolean> =>
    (await list.pinned(chains).read({ ...rest, limit: 1, inclusive: true })).items.length > 0;
  return {
    edges,
    chains,
    pageInfo: {
      // Promises at times, which the executor awaits; the plugin's types know values only.
      get hasNextPage(): boolean {
        return ((more && !backward) || (before !== undefined && any({ after: before, backward: false }))) as boolean;
      },
      get hasPreviousPage(): boolean {
        return ((more && backward) || (after !== undefined && any({ before: after, backward: true }))) as boolean;
      },
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
