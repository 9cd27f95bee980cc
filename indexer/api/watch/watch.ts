import type { Context } from "../context.ts";
import { forbidden } from "../errors.ts";
import { momentOf } from "../moment.ts";
import { type FeedFilter, type FeedItem, readFeed } from "../read/feed.ts";
import type { Horizon } from "../read/horizon.ts";
import { type BeginArguments, positionsToBegin } from "./begin.ts";
import type { Feeds } from "./feeds.ts";
import { BEGINNING, encodePositions, endOf, isAfter, type Position } from "./position.ts";

/** So many items are held for a watcher at most: the next are read when it has taken these. */
const PAGE = 100;

/** So often it is asked whether a key still is one while nothing is to be told. */
const LOOK_AGAIN_MS = 1_000;

export interface WatchFilter extends FeedFilter {
  readonly chain?: bigint | null | undefined;
}

/** An item and the place after it. */
export interface WatchedItem extends FeedItem {
  readonly cursor: string;
}

/** Why a watcher is ended: shown to it as its last item, so that it knows to come back. */
export class WatchFailure {
  readonly error: unknown;
  constructor(error: unknown) {
    this.error = error;
  }
}

export type Watched = WatchedItem | WatchFailure;

/**
 * Everything after a place, first what is known already and then what becomes known, until whoever watches leaves or the
 * server stops. A read that fails ends it: the cursor of the last item is where to go on.
 */
export async function watch(
  context: Context,
  filter: WatchFilter,
  begin: BeginArguments,
): Promise<AsyncIterableIterator<Watched>> {
  const { signal, leave } = context.feeds.enter();
  try {
    const positions = new Map(await positionsToBegin(context, begin));
    const left = new AbortController();
    const end = AbortSignal.any([signal, left.signal, ...(context.gone === undefined ? [] : [context.gone()])]);
    const items = follow(context, filter, positions, end, leave);
    // Whatever stands between us and the client: when it has gone, its place is free.
    if (end.aborted) leave();
    else end.addEventListener("abort", leave, { once: true });
    const watching: AsyncIterableIterator<Watched> = {
      next: () => items.next(),
      async return() {
        // Also one that waits for what is new.
        left.abort();
        leave();
        return items.return(undefined);
      },
      [Symbol.asyncIterator]: () => watching,
    };
    return watching;
  } catch (error) {
    leave();
    throw error;
  }
}

async function* follow(
  context: Context,
  filter: WatchFilter,
  positions: Map<bigint, Position>,
  signal: AbortSignal,
  leave: () => void,
): AsyncGenerator<Watched, undefined> {
  try {
    while (!signal.aborted) {
      if ((await context.stillLetIn?.()) === false) throw forbidden("the key is none any more");
      const { horizons } = context.feeds;
      let found = false;
      for (const horizon of horizons) {
        const { chainId } = horizon;
        const position = positions.get(chainId) ?? BEGINNING;
        if ((filter.chain != null && filter.chain !== chainId) || !hasMore(horizon, position)) continue;
        found = true;
        const page = await context.feeds.reads.pass(() =>
          readFeed(context.database, filter, horizon, position, PAGE, momentOf(context.feeds, {})),
        );
        for (const item of page.items) {
          if (signal.aborted) return;
          positions.set(chainId, item.position);
          yield { ...item, cursor: encodePositions(positions) };
        }
        positions.set(chainId, page.position);
      }
      // Nothing was waited for since the horizons were looked at, so no news can have come in between.
      if (!found) await untilTold(context.feeds, signal, context.stillLetIn === undefined ? undefined : LOOK_AGAIN_MS);
    }
  } catch (error) {
    yield new WatchFailure(error);
  } finally {
    leave();
  }
}

/** Waits without leaving anything behind, neither at the feeds nor at the signal, which live longer. */
function untilTold(feeds: Feeds, signal: AbortSignal, atMostMs: number | undefined): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener("abort", done);
      unhear();
      clearTimeout(timer);
      resolve();
    };
    const timer = atMostMs === undefined ? undefined : setTimeout(done, atMostMs);
    signal.addEventListener("abort", done, { once: true });
    const unhear = feeds.whenTold(done);
  });
}

const hasMore = ({ changedAt }: Horizon, position: Position): boolean =>
  changedAt !== undefined && isAfter(endOf(changedAt), position);
