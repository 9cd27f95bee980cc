import type { Context } from "../context.ts";
import { badCursor, badInput, notYetIndexed } from "../errors.ts";
import { type KnownAt, OTHER_CHAINS } from "../knownAt.ts";
import { type Horizon, readHorizons } from "../read/horizon.ts";
import { decodePositions, endOf, type Position, type Positions } from "./position.ts";

/** Where a watcher begins. */

export interface BeginArguments {
  readonly after?: string | null | undefined;
  readonly since?: KnownAt | null | undefined;
}

/** A copy of the ledger that lags is waited for so long. */
const WAIT_MS = 2_000;
const POLL_MS = 50;

/**
 * @throws GraphQLError BAD_CURSOR, BAD_INPUT; NOT_YET_INDEXED where a place is later than anything this ledger knows, which
 * is another copy's, or one that was put back to an older state.
 */
export async function positionsToBegin(context: Context, { after, since }: BeginArguments): Promise<Positions> {
  if (after != null && since != null) throw badInput("give either after or since, not both");
  const given = after == null ? undefined : decodePositions(after);
  if (after != null && given === undefined) throw badCursor("after: expected a cursor of an item that was watched");
  if (since != null && since.clock > context.clock())
    throw badInput("since: expected a moment that is not still to come");
  const deadline = performance.now() + WAIT_MS;
  while (true) {
    const horizons = await readHorizons(context.database);
    const positions = given ?? positionsOf(since, horizons);
    const ahead = chainAhead(positions, horizons);
    if (ahead === undefined) return positions;
    if (performance.now() > deadline)
      throw notYetIndexed(`nothing so new is known here of chain ${ahead}: try again, or another server`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Where everything that was known by `since`, or is known now, has been said. A chain that was not known is left out. */
function positionsOf(since: KnownAt | null | undefined, horizons: readonly Horizon[]): Positions {
  const positions = new Map<bigint, Position>();
  for (const { chainId, knownAt } of horizons) {
    const by = momentOf(since, chainId, knownAt);
    if (by !== undefined) positions.set(chainId, endOf(by));
  }
  return positions;
}

function momentOf(since: KnownAt | null | undefined, chainId: bigint, knownAt: bigint): bigint | undefined {
  if (since == null) return knownAt;
  // A clock may be ahead of a chain of which nothing new was written; what is written next is new all the same.
  const byClock = (moment: bigint): bigint => (moment < knownAt ? moment : knownAt);
  if (typeof since.of === "bigint") return byClock(since.of);
  const others = since.of.get(OTHER_CHAINS);
  return since.of.get(chainId) ?? (others === undefined ? undefined : byClock(others));
}

function chainAhead(positions: Positions, horizons: readonly Horizon[]): bigint | undefined {
  const known = new Map(horizons.map(({ chainId, knownAt }) => [chainId, knownAt]));
  for (const [chainId, { moment }] of positions) if (moment > (known.get(chainId) ?? -1n)) return chainId;
  return undefined;
}
