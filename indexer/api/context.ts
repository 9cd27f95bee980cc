import type { Clock } from "../ops/clock.ts";
import type { Database } from "./database.ts";
import type { EvidenceBlocks } from "./evidence/blocks.ts";

/** What every resolver is given. */
export interface Context {
  readonly database: Database;
  readonly clock: Clock;
  /** A chain whose node has not confirmed its head for longer makes an answer INDETERMINATE. */
  readonly maxStalenessSeconds: number;
  /** Blocks that evidence is made of. */
  readonly blocks: EvidenceBlocks;
}
