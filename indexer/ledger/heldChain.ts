import pg from "pg";
import { OperatorError } from "../ops/errors.ts";

/** Chains that nothing is written to until an operator decides: quarantined, or retired. */

/** Thrown to whoever would write to such a chain. Lifted by `npm run ledger -- resume`. */
export class HeldChainError extends OperatorError {}

interface Standing {
  readonly status: "BACKFILL" | "LIVE" | "QUARANTINED" | "RETIRED";
  readonly quarantine: string | null;
}

/** The SQL condition on a row of `chain` that may be written to. */
export const WRITABLE = "status NOT IN ('QUARANTINED', 'RETIRED')";

/** What stands against writing to a chain; undefined when nothing does. */
function holdOf({ status, quarantine }: Standing): HeldChainError | undefined {
  if (status === "QUARANTINED")
    return new HeldChainError(
      `the chain is quarantined and waits for an operator's decision: ${quarantine ?? "no reason was recorded"}`,
    );
  if (status === "RETIRED")
    return new HeldChainError(
      "the chain was retired: take it out of the configuration, or resume it to follow it again",
    );
  return undefined;
}

export async function readHold(client: pg.ClientBase, chainId: bigint): Promise<HeldChainError | undefined> {
  const { rows } = await client.query<Standing>("SELECT status::text, quarantine FROM chain WHERE chain_id = $1", [
    chainId,
  ]);
  return rows[0] && holdOf(rows[0]);
}

/** The same over a connection of its own. A database that does not answer has told nothing: then the chain stays held. */
export async function stillHeld(databaseUrl: string, chainId: bigint): Promise<boolean> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    application_name: `grantledger held ${chainId}`,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    return (await readHold(client, chainId)) !== undefined;
  } catch {
    return true;
  } finally {
    await client.end().catch(() => {});
  }
}
