import type { Verification } from "../../config/reading.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Database } from "../database.ts";
import type { KnownAt } from "../knownAt.ts";
import { knownBy, knownValue } from "./known.ts";

/** The ledger's rows of chains, as every answer carries them. */

/** Of `chain c`, prefixed so that they stand beside those of a grant or event. */
const CHAIN_EXPRESSIONS: readonly (readonly [name: string, expression: string])[] = [
  ...([
    "chain_id",
    "name",
    "status",
    "verification",
    "quarantine",
    "head_number",
    "head_time",
    "indexed_number",
    "indexed_hash",
  ] as const),
  ...(["indexed_time", "safe_number", "finalized_number", "last_seq"] as const),
]
  .map((column): [string, string] => [`c_${column}`, `c.${column}`])
  .concat([
    ["c_checked_ms", "(extract(epoch FROM c.checked_at) * 1000)::bigint"],
    ["c_known_us", "(extract(epoch FROM c.known_at) * 1000000)::bigint"],
  ]);

export const CHAIN_COLUMNS = CHAIN_EXPRESSIONS.map(([name, expression]) => `${expression} AS ${name}`).join(", ");

export interface ChainRow {
  c_chain_id: bigint;
  c_name: string;
  c_status: ObservedChain["status"];
  c_verification: Verification;
  c_quarantine: string | null;
  c_head_number: bigint | null;
  c_head_time: bigint | null;
  c_indexed_number: bigint | null;
  c_indexed_hash: Buffer | null;
  c_indexed_time: bigint | null;
  c_safe_number: bigint | null;
  c_finalized_number: bigint | null;
  c_checked_ms: bigint | null;
  c_last_seq: bigint;
  c_known_us: bigint;
}

export function toChain(row: ChainRow): ObservedChain {
  return {
    chainId: row.c_chain_id,
    name: row.c_name,
    status: row.c_status,
    verification: row.c_verification,
    quarantine: row.c_quarantine,
    headNumber: row.c_head_number,
    headTime: row.c_head_time,
    indexedNumber: row.c_indexed_number,
    indexedHash: row.c_indexed_hash,
    indexedTime: row.c_indexed_time,
    safeNumber: row.c_safe_number,
    finalizedNumber: row.c_finalized_number,
    checkedAt: row.c_checked_ms === null ? null : Number(row.c_checked_ms),
    lastSeq: row.c_last_seq,
    knownAt: row.c_known_us,
  };
}

const NEWEST_CHAINS = { name: "chains", text: `SELECT ${CHAIN_COLUMNS} FROM chain c ORDER BY c.chain_id` };
const BY = knownBy("$1");
const KNOWN_CHAINS = {
  name: "chains_known",
  text: `${BY.with}SELECT ${CHAIN_COLUMNS} FROM ${BY.chains} c ORDER BY c.chain_id`,
};

/** @param known as they were known then; as they are without it. */
export async function readChains(database: Database, known?: KnownAt["of"]): Promise<ObservedChain[]> {
  const rows =
    known === undefined
      ? await database.prepared<ChainRow>(NEWEST_CHAINS, [])
      : await database.prepared<ChainRow>(KNOWN_CHAINS, [knownValue(known)]);
  return rows.map(toChain);
}

/**
 * The time of an answer without `at`: the later of the clock and the newest indexed block, which is what a transaction
 * mined now would see.
 * @param now unix seconds of the clock.
 */
export function presentTime(chain: Pick<ObservedChain, "indexedTime">, now: UnixTime): UnixTime {
  return chain.indexedTime !== null && chain.indexedTime > now ? chain.indexedTime : now;
}

/** How final a block is. Computed when asked and never stored, so it cannot be out of date. */
export type Finality = "LATEST" | "SAFE" | "FINALIZED";

export function finalityOf(chain: Pick<ObservedChain, "safeNumber" | "finalizedNumber">, block: bigint): Finality {
  if (chain.finalizedNumber !== null && block <= chain.finalizedNumber) return "FINALIZED";
  return chain.safeNumber !== null && block <= chain.safeNumber ? "SAFE" : "LATEST";
}
