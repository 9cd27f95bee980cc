import type pg from "pg";
import type { IndexedContract } from "../config/config.ts";
import type { Clock } from "../ops/clock.ts";
import { BugError, OperatorError } from "../ops/errors.ts";
import { backfill, RangeSize } from "../sync/backfill.ts";
import type { BlockFetcher, Blocks } from "../sync/fetch.ts";
import { type Contracts, contractsByAddress } from "./batch.ts";
import { copyIn } from "./copyIn.ts";
import { timestamptz } from "./cursor.ts";
import { databaseError } from "./databaseError.ts";
import { encodeEvents } from "./encodeEvents.ts";
import { copyEventsSql, SAID_COLUMNS } from "./eventRows.ts";

/** Raising history that was read RANGED or LINKED to VERIFIED: read again, proven, and compared with what is stored. */

/** An event that is not the same in the ledger and in the chain. */
export interface RaiseDifference {
  /** `unknown`: the chain has it, the ledger not as it is. `unproven`: the ledger has it, the chain not as it is. */
  readonly what: "unknown" | "unproven";
  readonly blockNumber: bigint;
  readonly transactionIndex: number;
  readonly logIndex: number;
  readonly transactionHash: string;
  readonly kind: string;
}

export interface RaiseReport {
  readonly blocks: number;
  readonly events: number;
  /** Events that are VERIFIED now and were not before. */
  readonly raised: number;
  readonly differences: readonly RaiseDifference[];
}

export interface RaiseOptions {
  /** A connection of its own: a running writer is not disturbed, since it never touches what is final. */
  readonly client: pg.ClientBase;
  readonly chainId: bigint;
  readonly contracts: readonly IndexedContract[];
  /** A fetcher of the mode VERIFIED. */
  readonly fetcher: BlockFetcher;
  readonly from: bigint;
  readonly to: bigint;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: (through: bigint) => void;
}

/**
 * Reads `from`…`to` again and marks the events there as VERIFIED that are, byte for byte, what the receipts hold. A
 * difference is reported and nothing in its block is marked; what is stored is never changed.
 * @throws OperatorError when the range is not final.
 */
export async function raiseRange(options: RaiseOptions): Promise<RaiseReport> {
  const { client, chainId, fetcher, from, to, clock, signal, onProgress } = options;
  await assertFinal(client, chainId, from, to);
  const contracts = contractsByAddress(options.contracts);
  const differences: RaiseDifference[] = [];
  let [blocks, events, raised] = [0, 0, 0];
  const read = (first: bigint, last: bigint, bound: AbortSignal) => fetcher.range(first, last, bound);
  for await (const part of backfill(read, from, to, new RangeSize(), signal)) {
    const report = await raiseBlocks(client, contracts, chainId, part, BigInt(Math.trunc(clock())) * 1000n);
    differences.push(...report.differences);
    raised += report.raised;
    blocks += part.headers.length;
    events += part.logs.length;
    onProgress?.(part.headers.at(-1)?.number ?? to);
  }
  return { blocks, events, raised, differences };
}

async function assertFinal(client: pg.ClientBase, chainId: bigint, from: bigint, to: bigint): Promise<void> {
  const { rows } = await client.query<{ final: string | null }>(
    "SELECT LEAST(finalized_number, indexed_number) AS final FROM chain WHERE chain_id = $1",
    [chainId],
  );
  const final = rows[0]?.final ?? null;
  if (from > to || final === null || to > BigInt(final))
    throw new OperatorError(
      `blocks ${from} to ${to} of chain ${chainId}: expected a range that is final in the ledger, which is final up to block ${final ?? "none"}`,
    );
}

const SAID = SAID_COLUMNS.join(", ");
const STORED = `SELECT ${SAID} FROM event WHERE chain_id = $1 AND block_number BETWEEN $2 AND $3 AND retracted_at IS NULL`;
/** Columns that are null on both sides are the same to EXCEPT. */
const only = (what: string, these: string, without: string): string =>
  `SELECT '${what}' AS what, block_number, tx_index, log_index, '0x' || encode(tx_hash, 'hex') AS tx_hash, kind::text AS kind
     FROM (${these} EXCEPT ${without}) AS only_here`;
const DIFFERENCES_SQL = `${only("unknown", `SELECT ${SAID} FROM proven_event`, STORED)}
  UNION ALL ${only("unproven", STORED, `SELECT ${SAID} FROM proven_event`)}
  ORDER BY block_number, tx_index, log_index, what`;

interface DifferenceRow {
  what: RaiseDifference["what"];
  block_number: string;
  tx_index: number;
  log_index: number;
  tx_hash: string;
  kind: string;
}

/**
 * One stretch of linked blocks with all of their proven logs.
 * @param at knowledge time, microseconds since the unix epoch.
 */
async function raiseBlocks(
  client: pg.ClientBase,
  contracts: Contracts,
  chainId: bigint,
  { headers, logs }: Blocks,
  at: bigint,
): Promise<Pick<RaiseReport, "raised" | "differences">> {
  const [first, last] = [headers[0], headers.at(-1)];
  if (first === undefined || last === undefined) return { raised: 0, differences: [] };
  const unproven = logs.find(({ verification }) => verification !== "VERIFIED");
  if (unproven !== undefined) throw new BugError(`a log that is ${unproven.verification}, to be raised by`);
  const range = [chainId, first.number, last.number];
  try {
    await client.query("BEGIN");
    await client.query("CREATE TEMPORARY TABLE proven_event (LIKE event) ON COMMIT DROP");
    await copyIn(client, [{ sql: copyEventsSql("proven_event"), rows: encodeEvents(contracts, chainId, logs) }]);
    const { rows } = await client.query<DifferenceRow>(DIFFERENCES_SQL, range);
    const differences = rows.map((row) => ({
      what: row.what,
      blockNumber: BigInt(row.block_number),
      transactionIndex: row.tx_index,
      logIndex: row.log_index,
      transactionHash: row.tx_hash,
      kind: row.kind,
    }));
    const marked = await client.query(
      `UPDATE event SET verified_at = $4
        WHERE chain_id = $1 AND block_number BETWEEN $2 AND $3 AND retracted_at IS NULL AND verification <> 'VERIFIED'
          AND verified_at IS NULL AND block_number <> ALL ($5::bigint[])`,
      [...range, timestamptz(at), differences.map(({ blockNumber }) => blockNumber)],
    );
    await client.query("COMMIT");
    return { raised: marked.rowCount ?? 0, differences };
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    throw databaseError(error);
  }
}
