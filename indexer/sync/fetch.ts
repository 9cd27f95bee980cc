import type { ReadingMode } from "../config/reading.ts";
import type { Address } from "../grants/bytes.ts";
import type { Header } from "../rpc/answers.ts";
import type { ChainReader } from "../rpc/chainReader.ts";
import type { TimedLog } from "./attach.ts";
import { LinkedFetcher } from "./linkedFetcher.ts";
import { VerifiedFetcher } from "./verifiedFetcher.ts";

/** Blocks and all logs of our contracts in them. Linked, but for a stretch of RANGED history; see `leap`. */
export interface Blocks {
  readonly headers: readonly Header[];
  readonly logs: readonly TimedLog[];
  /** True where only the headers of the first, the last and of blocks with logs are there. */
  readonly leap?: true;
}

/** Fetches blocks and refuses those whose parts contradict each other. */
export interface BlockFetcher {
  /** Blocks `from`…`to`, asked for by number. */
  range(from: bigint, to: bigint, signal?: AbortSignal): Promise<Blocks>;
  /** The same for the newest blocks, whose logs a node may not have in its index yet. */
  newest(from: bigint, to: bigint, signal?: AbortSignal): Promise<Blocks>;
  /** The newest block, whose header is known already. */
  block(header: Header, signal?: AbortSignal): Promise<Blocks>;
}

/** What reads the blocks that may still change: RANGED is for those that are final. */
export function createFetcher(reader: ChainReader, contracts: readonly Address[], mode: ReadingMode): BlockFetcher {
  return mode.verification === "VERIFIED"
    ? new VerifiedFetcher(reader, contracts, mode.trustBlooms)
    : new LinkedFetcher(reader, contracts);
}
