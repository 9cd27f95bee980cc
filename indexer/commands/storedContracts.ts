import type pg from "pg";
import type { IndexedContract } from "../config/config.ts";
import { type StoredContract, storedContracts } from "../ledger/register.ts";

/** The contracts of a chain that the ledger was filled for. */
export async function readContracts(client: pg.ClientBase, chainId: bigint): Promise<IndexedContract[]> {
  const { rows } = await client.query<{ contracts: StoredContract[] }>(
    "SELECT contracts FROM chain WHERE chain_id = $1",
    [chainId],
  );
  return storedContracts(rows[0]?.contracts ?? []);
}
