import pg from "pg";
import { parseAddress } from "../../indexer/grants/caip.ts";
import { type ApiRole, createKey, revokeKey } from "../../indexer/ledger/keys/keyTable.ts";

/** Keys of a world, made as the command makes them. */
export interface Keyring {
  make(role: ApiRole, account?: string): Promise<{ id: number; key: string }>;
  revoke(id: number): Promise<void>;
  readonly client: pg.Client;
  close(): Promise<void>;
}

export async function openKeyring(databaseUrl: string): Promise<Keyring> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return {
    client,
    async make(role, account) {
      const name = `${role} ${account ?? ""}`.trim();
      const owner = role === "INSTITUTION" ? { role, name, account: parseAddress(account ?? "") } : { role, name };
      const { key, stored } = await createKey(client, owner, "test");
      return { id: stored.id, key };
    },
    revoke: async (id) => void (await revokeKey(client, id, "test")),
    close: () => client.end(),
  };
}
