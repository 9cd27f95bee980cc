import type { Clock } from "../ops/clock.ts";
import type { ReceiptKey } from "../receipts/receiptKey.ts";
import type { Caller } from "./access/caller.ts";
import type { Database } from "./database.ts";
import type { EvidenceBlocks } from "./evidence/blocks.ts";
import type { GatheredChecks } from "./read/gathered.ts";
import type { ReportPool } from "./reportPool.ts";
import type { Feeds } from "./watch/feeds.ts";

/** What every resolver is given. */
export interface Context {
  readonly database: Database;
  /** For what reads much. */
  readonly reports: ReportPool;
  /** Checks about the present, which are read together. */
  readonly checks: Pick<GatheredChecks, "read">;
  /** Signs answers where it is configured. */
  readonly receiptKey: ReceiptKey | undefined;
  readonly clock: Clock;
  /** Who asks. Nobody without it, who may ask nothing. */
  readonly caller?: Caller;
  /** A chain whose node has not confirmed its head for longer makes an answer INDETERMINATE. */
  readonly maxStalenessSeconds: number;
  /** Blocks that evidence is made of. */
  readonly blocks: EvidenceBlocks;
  readonly feeds: Feeds;
  /** Whether who asks would be let in again now; of one who showed a key. */
  readonly stillLetIn?: () => Promise<boolean>;
  /** What the one field asked for gave already, where its answer could not be written at once (writing/compile.ts). */
  readonly given?: { readonly value: unknown };
  /** What aborts when the client has gone; nothing of that where no client waits. */
  readonly gone?: () => AbortSignal;
}
