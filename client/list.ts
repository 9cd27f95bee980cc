import { badAnswer, GrantledgerError } from "./errors.ts";
import type { EvaluationFragment } from "./generated/types.ts";

/** Lists of any length, read page by page. */

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Whether every chain asked could answer: else somebody may be missing. */
  readonly complete: boolean;
  /** The chains asked, and up to where each was known. */
  readonly evaluatedAt: readonly EvaluationFragment[];
  /** Given as `knownAt` of the same list, has it again. */
  readonly knownAt: string;
}

/** Read anew each time it is iterated; `for await` ends the reading when it is left. */
export interface List<Item> extends AsyncIterable<Item> {
  /** The pages, where it matters what they rest on. Incomplete ones are given out, and say so. */
  pages(): AsyncIterable<Page<Item>>;
}

/** A page as the API has it. */
export interface Connected<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly knownAt: string;
  readonly evaluatedAt: readonly EvaluationFragment[];
  readonly complete?: boolean;
}

/** Where in the list a page begins, and by what knowledge. */
export interface Place {
  readonly after: string | null;
  readonly knownAt: string | undefined;
}

/**
 * All pages are of what was known at the first: whatever is learned while the list is read, nothing is missing in it and
 * nothing there twice.
 */
export function listOf<Node, Item>(
  read: (place: Place) => Promise<Connected<Node>>,
  toItem: (node: Node, page: Connected<Node>) => Item,
): List<Item> {
  async function* pages(): AsyncGenerator<Page<Item>, void, undefined> {
    let place: Place = { after: null, knownAt: undefined };
    for (;;) {
      const page = await read(place);
      const { nodes, pageInfo, evaluatedAt, knownAt, complete = true } = page;
      yield { items: nodes.map((node) => toItem(node, page)), complete, evaluatedAt, knownAt };
      if (!pageInfo.hasNextPage) return;
      if (pageInfo.endCursor === null || pageInfo.endCursor === place.after)
        throw badAnswer("a page that has a next one does not say where it begins");
      place = { after: pageInfo.endCursor, knownAt };
    }
  }
  return {
    pages,
    async *[Symbol.asyncIterator]() {
      for await (const { items, complete } of pages()) {
        if (!complete)
          throw new GrantledgerError(
            "INCOMPLETE",
            "a chain cannot answer now, so that somebody may be missing in this list; pages() has what is known",
            { retryable: true },
          );
        yield* items;
      }
    },
  };
}
