/**
 * `bareServer.ts <database URL> <port>`: what a REST check cannot be expected to beat. Node's http with pg, one prepared statement
 * by primary key, nothing decided: the grant's row as JSON. Says so in a line when it listens; ends at SIGTERM.
 */
import { createServer } from "node:http";
import pg from "pg";

const [, , databaseUrl, port] = process.argv;
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const bytes = (hex: string): Buffer => Buffer.from(hex.slice(2), "hex");
const TEXT = `SELECT granted_at, not_before, expires_at, locked_until, revoked_at, retention, flags
                FROM access_grant WHERE credential = $1 AND grantee = $2 AND purpose = $3`;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", async () => {
    const { subject, resource, context } = JSON.parse(Buffer.concat(chunks).toString());
    const values = [bytes(resource.id), bytes(subject.id), context.purpose];
    const { rows } = await pool.query({ name: "grant", text: TEXT, values });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ decision: rows.length > 0, context: rows[0] }));
  });
});
server.listen(Number(port), "127.0.0.1", () => process.stdout.write("serving\n"));
process.once("SIGTERM", () => process.exit(0));
