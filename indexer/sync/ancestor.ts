import { sameBytes } from "../grants/bytes.ts";
import type { ChainReader } from "../rpc/chainReader.ts";
import type { Link, LinkedWindow } from "./window.ts";

/**
 * The newest block that our window and the node's chain share, looked for downwards from `below`, in growing steps since
 * nearly every reorg is shallow.
 * @returns undefined when they share none: the node's chain contradicts what was final.
 */
export async function findAncestor(
  reader: ChainReader,
  window: LinkedWindow,
  below: bigint,
  signal?: AbortSignal,
): Promise<Link | undefined> {
  const oldest = window.oldest;
  if (oldest === undefined) return undefined;
  let top = below;
  for (let step = 4n; top >= oldest.number; step *= 2n) {
    const bottom = top - step + 1n > oldest.number ? top - step + 1n : oldest.number;
    const theirs = await reader.headers(bottom, top, signal);
    for (const header of theirs.reverse()) {
      const ours = window.at(header.number);
      if (ours !== undefined && sameBytes(ours.hash, header.hash)) return ours;
    }
    top = bottom - 1n;
  }
  return undefined;
}
