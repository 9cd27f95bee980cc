import pg from "pg";
import { databaseError } from "../ledger/databaseError.ts";
import { type Reach, readReach } from "../ledger/readerRole.ts";
import { explain, OperatorError, RetryableError } from "../ops/errors.ts";
import type { Logger } from "../ops/log.ts";

const CONNECT_TIMEOUT_MS = 3_000;
const ANSWER_TIMEOUT_MS = 5_000;

/**
 * That a role which is meant to read can do that and nothing else. Whoever configures one relies on it, so that one which can
 * write is refused and not put up with. A database that does not answer now is asked by the API when it does.
 * @throws OperatorError when the role can write, or cannot read what answers rest on.
 */
export async function requireReadOnly(readDatabaseUrl: string, log: Logger): Promise<void> {
  const client = new pg.Client({
    connectionString: readDatabaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    application_name: "grantledger api",
  });
  client.on("error", () => {});
  try {
    await client.connect();
    refuse(await readReach(client));
  } catch (error) {
    const known = databaseError(error);
    if (!(known instanceof RetryableError)) throw error;
    log.warn({ reason: explain(error) }, "the database that the API reads from does not answer yet");
  } finally {
    await client.end().catch(() => {});
  }
}

function refuse({ role, writes, lacks }: Reach): void {
  if (writes.length > 0)
    throw new OperatorError(
      `database.readUrl names the role ${role}, which can change ${writes.join(", ")}: name one that can only read, which \`npm run ledger -- reader <role>\` makes`,
    );
  if (lacks.length > 0)
    throw new OperatorError(
      `database.readUrl names the role ${role}, which cannot read ${lacks.join(", ")}: run \`npm run ledger -- reader ${role}\` again`,
    );
}
