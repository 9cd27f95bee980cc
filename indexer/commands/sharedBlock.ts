import type pg from "pg";
import { type Bytes32, sameBytes, toBytes32 } from "../grants/bytes.ts";
import type { Header } from "../rpc/answers.ts";
import type { ChainReader } from "../rpc/chainReader.ts";

/** Where our history and a node's part, below everything that a reorg may touch. */

interface HeldBlock {
  readonly number: bigint;
  readonly hash: Bytes32;
}

/** The newest block at or below `number` whose hash we hold: of a header that was kept, or of a live event. */
export async function heldBlock(
  client: pg.ClientBase,
  chainId: bigint,
  number: bigint,
): Promise<HeldBlock | undefined> {
  const { rows } = await client.query<{ number: string; hash: Buffer }>(
    `(SELECT number, hash FROM block WHERE chain_id = $1 AND number <= $2 ORDER BY number DESC LIMIT 1)
     UNION ALL
     (SELECT block_number, block_hash FROM event WHERE chain_id = $1 AND block_number <= $2 AND retracted_at IS NULL
       ORDER BY block_number DESC LIMIT 1)
     ORDER BY number DESC LIMIT 1`,
    [chainId, number],
  );
  const [row] = rows;
  return row && { number: BigInt(row.number), hash: toBytes32(row.hash) };
}

/** The node's header of a block that we hold, if both are the same block: then all history before it is the same. */
export async function sharedHeader(reader: ChainReader, held: HeldBlock): Promise<Header | undefined> {
  const tip = await reader.tip();
  if (tip.head.number < held.number) return undefined;
  const [header] = await reader.headers(held.number, held.number);
  return header !== undefined && sameBytes(header.hash, held.hash) ? header : undefined;
}

/**
 * The newest of the blocks that we hold at or below `from` that the node has as well, found by halving: a chain that
 * shares a block shares all before it.
 */
export async function newestShared(
  client: pg.ClientBase,
  chainId: bigint,
  reader: ChainReader,
  from: bigint,
): Promise<Header | undefined> {
  let shared: Header | undefined;
  let low = 0n;
  let high = from;
  while (low <= high) {
    const middle = (low + high) / 2n;
    const held = await heldBlock(client, chainId, middle);
    const header = held && held.number >= low ? await sharedHeader(reader, held) : undefined;
    if (header !== undefined) {
      shared = header;
      low = middle + 1n;
    } else if (held !== undefined && held.number >= low) high = held.number - 1n;
    // Nothing is held from `low` to `middle`: what is shared, if more is, lies above.
    else low = middle + 1n;
  }
  return shared;
}
