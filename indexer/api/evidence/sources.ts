import type { IndexedContract } from "../../config/config.ts";
import type { ReadBlock } from "../../rpc/readBlock.ts";

/** A chain as whoever makes evidence needs it: what is read of it is read by this process, and nothing is written. */
export interface EvidenceSource {
  readonly contracts: readonly IndexedContract[];
  /** Undefined where the chain's encoding is not proven. */
  readonly readBlock: ReadBlock | undefined;
}

/** Of a chain that this process follows; undefined of another. */
export type EvidenceSources = (chainId: bigint) => EvidenceSource | undefined;
