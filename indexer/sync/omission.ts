import { sameBytes } from "../grants/bytes.ts";
import { backfill, RangeSize, type ReadRange } from "./backfill.ts";
import type { BlockFetcher } from "./fetch.ts";
import type { Link, LinkedWindow } from "./window.ts";

/**
 * Reads the window's blocks once more, after an event showed that one before it was kept back.
 * @param held how many logs the ledger holds of each block that has any.
 * @returns the block before the first one of which the node now tells more than is held; undefined if there is none, and
 * what is missing is final or still kept back.
 */
export async function findOmission(
  fetcher: BlockFetcher,
  window: LinkedWindow,
  held: ReadonlyMap<bigint, number>,
  signal: AbortSignal,
): Promise<Link | undefined> {
  const { oldest, head } = window;
  if (oldest === undefined || head === undefined) return undefined;
  const read: ReadRange = (from, to, bound) => fetcher.range(from, to, bound);
  for await (const { headers, logs } of backfill(read, oldest.number + 1n, head.number, new RangeSize(), signal)) {
    const told = new Map<bigint, number>();
    for (const { log } of logs) told.set(log.blockNumber, (told.get(log.blockNumber) ?? 0) + 1);
    for (const { number, hash } of headers) {
      // Another branch by now: what is held is dropped as a reorg.
      if (!sameBytes(window.at(number)?.hash ?? hash, hash)) return undefined;
      if ((told.get(number) ?? 0) > (held.get(number) ?? 0)) return window.at(number - 1n);
    }
  }
  return undefined;
}
