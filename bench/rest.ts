/**
 * `node bench/rest.ts [seconds] [grants] [rounds]`: checks a second over REST, single and many at once, over GraphQL, lists of a
 * hundred, and what bare Node http with pg does of either, in turn, in one run, from one database; each server in a process of
 * its own, 20 connections.
 */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { toHex } from "../indexer/grants/bytes.ts";
import { migrate } from "../indexer/ledger/migrate.ts";
import { freePort, startTestPostgres } from "../test/support/postgres.ts";
import { checkQuery, listQuery } from "./measures/ask.ts";
import { until } from "./measures/world.ts";
import { launch } from "./process/launch.ts";
import { serving } from "./subjects/serving.ts";

const SECONDS = Number(process.argv[2] ?? 5);
const GRANTS = Number(process.argv[3] ?? 200_000);
const ROUNDS = Number(process.argv[4] ?? 3);
const MANY = 100;
const run = promisify(execFile);
const CANNON = createRequire(import.meta.url).resolve("autocannon/autocannon.js");
const BARE = fileURLToPath(new URL("./bareServer.ts", import.meta.url));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const FROM = 1_700_000_000;
/** One chain with every grant active, as the bench of the peers has it. */
const FILL = `
  INSERT INTO chain (chain_id, name, status, contracts, head_number, head_time, checked_at, indexed_number, indexed_hash,
                     indexed_time, safe_number, finalized_number, last_seq, known_at)
  VALUES (1, 'One', 'LIVE', '[{"name":"AccessGrants","address":"0x${"cc".repeat(20)}","startBlock":0}]', 20000, ${FROM}, now() + interval '1 hour',
          20000, sha256('h'), ${FROM}, 19000, 18000, ${GRANTS}, now());
  INSERT INTO access_grant (credential, grantee, purpose, chain_id, contract, holder, issuer, seal, legal_basis, context, granted_at,
                     not_before, expires_at, locked_until, revoked_at, retention, sequence, flags, hold_until, seq, block_number, block_time)
  SELECT sha256(int4send(i)), substring(sha256(int4send(i % 1000)) FOR 20), 1, 1, decode('${"cc".repeat(20)}', 'hex'),
         substring(sha256(int4send(i % 1000)) FOR 20), substring(sha256('issuer') FOR 20), sha256('seal'), 1, sha256('c'),
         ${FROM}, ${FROM}, 0, 0, 0, 157680000, 1, 0, 0, i + 1, i % 20000, ${FROM}
    FROM generate_series(0, ${GRANTS - 1}) i;
  VACUUM ANALYZE`;

const postgres = await startTestPostgres({ durable: true });
const processes: ReturnType<typeof launch>[] = [];
try {
  const databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  for (const statement of FILL.split(";")) await client.query(statement);
  const { rows } = await client.query(`SELECT credential, grantee FROM access_grant ORDER BY credential LIMIT ${MANY}`);
  await client.end();

  const [bare, ours] = [await freePort(), await freePort()];
  processes.push(launch({ command: process.execPath, args: [BARE, databaseUrl, String(bare)] }));
  processes.push(launch(await serving({ databaseUrl, chains: [], port: ours })));
  const pairs = rows.map((row): [string, string] => [toHex(row.credential), toHex(row.grantee)]);
  const evaluations = pairs.map(([credential, grantee]) => ({
    subject: { type: "institution", id: grantee },
    action: { name: "read" },
    resource: { type: "credential", id: credential },
    context: { purpose: 1 },
  }));
  const [one] = evaluations;
  const [[credential, grantee]] = pairs as [[string, string]];
  const kinds = [
    { name: "bare", of: "bare", port: bare, path: "/", body: one, answers: 1 },
    { name: "REST", of: "bare", port: ours, path: "/access/v1/evaluation", body: one, answers: 1 },
    {
      name: "REST, 100 at once",
      of: "bare",
      port: ours,
      path: "/access/v1/evaluations",
      body: { evaluations },
      answers: MANY,
    },
    { name: "GraphQL", of: "bare", port: ours, path: "/graphql", body: checkQuery(credential, grantee), answers: 1 },
    { name: "bare list", of: "bare list", port: bare, path: "/list", body: listQuery(grantee), answers: 1 },
    { name: "list over GraphQL", of: "bare list", port: ours, path: "/graphql", body: listQuery(grantee), answers: 1 },
  ];
  const rates = new Map<string, { rate: number; p99: number }[]>(kinds.map(({ name }) => [name, []]));
  for (const { name, port, path, body } of kinds) {
    const answered = async (): Promise<boolean> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }).catch(() => undefined);
      return /"decision":(?:true|"ALLOWED")|"credential"/.test((await response?.text()) ?? "");
    };
    for (const by of processes) await until(answered, { everyMs: 50, withinMs: 30_000, what: name, by });
  }
  for (let round = 0; round <= ROUNDS; round++)
    for (const { name, port, path, body, answers } of kinds) {
      const seconds = round === 0 ? 2 : SECONDS;
      const { rate, p99 } = await load(`http://127.0.0.1:${port}${path}`, JSON.stringify(body), seconds);
      // The first round warms up.
      if (round > 0) rates.get(name)?.push({ rate: rate * answers, p99 });
    }
  const middle = (list: number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
  const rateOf = (name: string): number => middle((rates.get(name) ?? []).map(({ rate }) => rate));
  for (const { name, of } of kinds) {
    const p99 = middle((rates.get(name) ?? []).map((one) => one.p99));
    const share = rateOf(name) / rateOf(of);
    say(`${name}: ${rateOf(name).toFixed(0)} answers/s, ${share.toFixed(2)} of ${of}, p99 ${p99} ms`);
  }
} finally {
  await Promise.all(processes.map((one) => one.end("SIGTERM")));
  await postgres.stop();
}

async function load(url: string, body: string, seconds: number): Promise<{ rate: number; p99: number }> {
  const args = ["--json", "-c", "20", "-d", String(seconds), "-m", "POST", "-H", "content-type=application/json"];
  const { stdout } = await run(process.execPath, [CANNON, ...args, "-b", body, url], {
    ...{ timeout: seconds * 1000 + 30_000, maxBuffer: 1 << 24 },
  });
  const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as {
    readonly requests: { readonly average: number };
    readonly latency: { readonly p99: number };
    readonly non2xx: number;
    readonly errors: number;
  };
  if (result.non2xx + result.errors > 0) throw new Error(`${url}: ${result.non2xx} not 200, ${result.errors} failed`);
  return { rate: result.requests.average, p99: result.latency.p99 };
}
