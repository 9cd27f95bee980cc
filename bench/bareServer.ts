/**
 * `bareServer.ts <database URL> <port>`: what a check and a list cannot be expected to beat. Node's http with pg, one prepared statement:
 * by primary key, nothing decided, the grant's row as JSON; at `/list` a hundred of a grantee's, in order. Says so in a line when it
 * listens; ends at SIGTERM.
 */
import { createServer } from "node:http";
import pg from "pg";

const [, , databaseUrl, port] = process.argv;
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const bytes = (hex: string): Buffer => Buffer.from(hex.slice(2), "hex");
const TEXT = `SELECT granted_at, not_before, expires_at, locked_until, revoked_at, retention, flags
                FROM access_grant WHERE credential = $1 AND grantee = $2 AND purpose = $3`;
const LIST = `SELECT encode(credential, 'hex') AS credential, purpose, legal_basis, encode(seal, 'hex') AS seal, revoked_at
                FROM access_grant WHERE grantee = $1 ORDER BY credential, purpose, chain_id, contract LIMIT 100`;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", async () => {
    const asked = JSON.parse(Buffer.concat(chunks).toString());
    response.setHeader("content-type", "application/json");
    if (request.url === "/list") {
      const { rows } = await pool.query({ name: "list", text: LIST, values: [bytes(asked.variables.g)] });
      response.end(JSON.stringify(rows));
      return;
    }
    const { subject, resource, context } = asked;
    const values = [bytes(resource.id), bytes(subject.id), context.purpose];
    const { rows } = await pool.query({ name: "grant", text: TEXT, values });
    response.end(JSON.stringify({ decision: rows.length > 0, context: rows[0] }));
  });
});
server.listen(Number(port), "127.0.0.1", () => process.stdout.write("serving\n"));
process.once("SIGTERM", () => process.exit(0));
