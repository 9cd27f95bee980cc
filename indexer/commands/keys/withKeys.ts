import pg from "pg";
import { checksum } from "../../grants/caip.ts";
import type { StoredKey } from "../../ledger/keys/keyTable.ts";
import { OperatorError } from "../../ops/errors.ts";
import { withLedger } from "../ledgerClient.ts";

/** undefined_table */
const NO_TABLE = "42P01";

/** @throws OperatorError when the database has no keys yet. */
export async function withKeys<T>(databaseUrl: string, work: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  return withLedger(databaseUrl, "keys", async (client) => {
    try {
      return await work(client);
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === NO_TABLE)
        throw new OperatorError("the database has no table of keys yet: start the indexer of this version once", {
          cause: error,
        });
      throw error;
    }
  });
}

/** A key as it is shown: everything but the key. */
export const shown = ({ account, ...key }: StoredKey) => ({
  ...key,
  account: account === null ? null : checksum(account),
});
