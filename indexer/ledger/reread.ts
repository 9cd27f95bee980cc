import type pg from "pg";
import { sameBytes, toBytes32, toHex } from "../grants/bytes.ts";
import type { Blocks } from "../sync/fetch.ts";
import type { Contracts } from "./batch.ts";
import { copyIn } from "./copyIn.ts";
import { encodeEvents } from "./encodeEvents.ts";
import { copyEventsSql } from "./eventRows.ts";

/** What another node says of blocks, compared with what the ledger holds of them. Writes to a temporary table alone. */

export type Difference =
  /** Another block at this height than the one we hold. */
  | { readonly block: bigint; readonly what: "another block"; readonly here: string; readonly there: string }
  | {
      readonly block: bigint;
      readonly transactionIndex: number;
      readonly logIndex: number;
      /** Where the event is not, or that its fields are not the same. */
      readonly what: "not here" | "not there" | "differs";
      readonly fields: Readonly<Record<string, { readonly here: unknown; readonly there: unknown }>>;
    };

/** What is ours and not the chain's: our numbering and knowledge, and how far the node was checked. */
const OURS = ["seq", "learned_at", "retracted_at", "verification", "verified_at"];

/** @param blocks without gaps; everything that we hold between the first and the last is compared. */
export async function compareBlocks(
  client: pg.ClientBase,
  contracts: Contracts,
  chainId: bigint,
  blocks: Blocks,
): Promise<Difference[]> {
  const [first, last] = [blocks.headers[0], blocks.headers.at(-1)];
  if (first === undefined || last === undefined) return [];
  await client.query("BEGIN");
  try {
    await client.query("CREATE TEMPORARY TABLE reread (LIKE public.event) ON COMMIT DROP");
    await copyIn(client, [{ sql: copyEventsSql("reread"), rows: encodeEvents(contracts, chainId, blocks.logs) }]);
    return [
      ...(await otherBlocks(client, chainId, blocks)),
      ...(await otherEvents(client, chainId, first.number, last.number)),
    ];
  } finally {
    await client.query("ROLLBACK");
  }
}

async function otherBlocks(client: pg.ClientBase, chainId: bigint, { headers }: Blocks): Promise<Difference[]> {
  const [first, last] = [headers[0]?.number, headers.at(-1)?.number];
  const { rows } = await client.query<{ number: string; hash: Buffer }>(
    "SELECT number, hash FROM block WHERE chain_id = $1 AND number BETWEEN $2 AND $3 ORDER BY number",
    [chainId, first, last],
  );
  return rows.flatMap(({ number, hash }) => {
    const theirs = headers.find((header) => header.number === BigInt(number));
    if (theirs === undefined || sameBytes(theirs.hash, toBytes32(hash))) return [];
    return [{ block: BigInt(number), what: "another block", here: toHex(hash), there: toHex(theirs.hash) } as const];
  });
}

interface Row {
  readonly block_number: string;
  readonly tx_index: number;
  readonly log_index: number;
  readonly here: Record<string, unknown> | null;
  readonly there: Record<string, unknown> | null;
}

async function otherEvents(client: pg.ClientBase, chainId: bigint, from: bigint, to: bigint): Promise<Difference[]> {
  const said = (row: string): string => `to_jsonb(${row}) - '{${OURS.join(",")}}'::text[]`;
  const { rows } = await client.query<Row>(
    `SELECT block_number, tx_index, log_index, ${said("s")} AS here, ${said("r")} AS there
       FROM (SELECT * FROM event WHERE chain_id = $1 AND block_number BETWEEN $2 AND $3 AND retracted_at IS NULL) s
       FULL JOIN reread r USING (block_number, tx_index, log_index)
      WHERE ${said("s")} IS DISTINCT FROM ${said("r")}
      ORDER BY block_number, tx_index, log_index`,
    [chainId, from, to],
  );
  return rows.map(({ block_number, tx_index, log_index, here, there }) => ({
    block: BigInt(block_number),
    transactionIndex: tx_index,
    logIndex: log_index,
    what: here === null ? "not here" : there === null ? "not there" : "differs",
    fields: fieldsOf(here ?? {}, there ?? {}),
  }));
}

/** The fields that are not the same; of an event that only one side has, all it says. */
function fieldsOf(here: Record<string, unknown>, there: Record<string, unknown>) {
  const names = new Set([...Object.keys(here), ...Object.keys(there)]);
  return Object.fromEntries(
    [...names]
      .filter((name) => here[name] !== there[name] && (here[name] ?? there[name] ?? null) !== null)
      .map((name) => [name, { here: here[name] ?? null, there: there[name] ?? null }]),
  );
}
