import { randomBytes } from "node:crypto";
import pg from "pg";
import { readerStatements, readReach } from "../ledger/readerRole.ts";
import { OperatorError } from "../ops/errors.ts";
import { type Command, EXIT } from "./command.ts";
import { inTransaction, withLedger } from "./ledgerClient.ts";

const PASSWORD_BYTES = 24;
/** SQLSTATE insufficient_privilege. */
const NOT_ALLOWED = "42501";

export const reader: Command = {
  name: "reader",
  summary: "make or renew a role of the database that can only read, for the API",
  usage: "<role> [--new-password] [--sql]",
  help: `Makes the role, or sets right one that is there, and prints the URL to configure as database.readUrl. The password is made
at random and shown this once; a role that is there keeps its own without --new-password. Run it again after an upgrade that
adds tables: the API names those that its role cannot read.
--sql prints the statements and runs nothing, for a database whose roles are somebody else's to make.`,
  arguments: ["role"],
  options: { "new-password": { type: "boolean" }, sql: { type: "boolean" } },
  async run({ databaseUrl, report }, [role = ""], options) {
    return await withLedger(databaseUrl, "reader", async (client) => {
      const { database, owner, exists } = await look(client, role);
      if (role === owner)
        throw new OperatorError(
          `${role} is the role that writes the ledger: name another, which need not be there yet`,
        );
      if (options["sql"] === true) {
        const statements = readerStatements(role, database, exists).map((statement) => `${statement};`);
        for (const statement of statements) report.line(statement);
        report.line(`-- then give it a password, as with psql: \\password ${role}`);
        report.result({ statements });
        return EXIT.done;
      }
      const fresh = !exists || options["new-password"] === true;
      const password = fresh ? randomBytes(PASSWORD_BYTES).toString("base64url") : undefined;
      await make(client, role, readerStatements(role, database, exists, password));
      await verify(client, role);
      const url = urlOf(databaseUrl, role, password);
      report.line(`The role ${role} can read the ledger and do nothing else.`);
      report.line(`database.readUrl, or GRANTLEDGER_READ_DATABASE_URL:\n  ${url}`);
      if (password === undefined) report.line("Its password is what it was.");
      report.result({ role, readUrl: url, newPassword: fresh });
      return EXIT.done;
    });
  },
};

async function look(client: pg.Client, role: string) {
  const [row] = (
    await client.query<{ database: string; owner: string; exists: boolean }>(
      `SELECT current_database()::text AS database, current_user::text AS owner,
              EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS exists`,
      [role],
    )
  ).rows;
  if (row === undefined) throw new Error("a row without a table is always there");
  return row;
}

async function make(client: pg.Client, role: string, statements: readonly string[]): Promise<void> {
  try {
    await inTransaction(client, async () => {
      for (const statement of statements) await client.query(statement);
    });
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === NOT_ALLOWED)
      throw new OperatorError(
        `the ledger's own role may not make ${role} (${error.message}): let an administrator run what --sql prints`,
        { cause: error },
      );
    throw error;
  }
}

/** A role that is a member of another has what that one has. */
async function verify(client: pg.Client, role: string): Promise<void> {
  const reach = await inTransaction(client, async () => {
    await client.query(`SET LOCAL ROLE ${pg.escapeIdentifier(role)}`);
    return readReach(client);
  });
  if (reach.writes.length > 0)
    throw new OperatorError(
      `${role} can still change ${reach.writes.join(", ")}, as a member of another role or by a right of everybody: name another role, or take that away`,
    );
}

function urlOf(databaseUrl: string, role: string, password: string | undefined): string {
  const url = new URL(databaseUrl);
  url.username = role;
  url.password = password ?? "";
  return url.href;
}
