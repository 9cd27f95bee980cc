/**
 * `node bench/reports.ts [grants] [reports]`: streams the reports of an institution that has so many grants, two of three ended,
 * from a server in a process of its own; how long it takes and how much memory that process holds while it goes on. Then the
 * access export is broken off in the middle and gone on with, by the same server and by a new one, and must be the same to the
 * byte. Reports: `retention,processing,access` and whether to go on by `same,new` server; all of them if not said.
 */
import { createHash, type Hash } from "node:crypto";
import { performance } from "node:perf_hooks";
import pg from "pg";
import { Agent, fetch } from "undici";
import { buildLateIndexes, dropLateIndexes } from "../indexer/ledger/lateIndexes.ts";
import { migrate } from "../indexer/ledger/migrate.ts";
import { startTestPostgres } from "../test/support/postgres.ts";
import { launch, type Running } from "./process/launch.ts";
import { residentMb, usageOf } from "./process/usage.ts";

const GRANTS = Number(process.argv[2] ?? 1_000_000);
const WANTED = new Set((process.argv[3] ?? "retention,processing,access,same,new").split(","));
/** What is in the order of no index is sorted before its first row comes, which takes longer than clients wait by themselves. */
const PATIENT = new Agent({ headersTimeout: 20 * 60_000, bodyTimeout: 20 * 60_000 });
const FROM = 1_700_000_000;
const BLOCKS = 20_000;
const NOW = FROM + BLOCKS;
const GRANTEE = "11".repeat(20);
const SAMPLE_MS = 250;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const CONTRACT = "cc".repeat(20);
const FILL = [
  `INSERT INTO chain (chain_id, name, status, contracts, head_number, head_time, checked_at, indexed_number, indexed_hash,
                      indexed_time, safe_number, finalized_number, last_seq, known_at)
   VALUES (1, 'one', 'LIVE', '[{"name":"AccessGrants","address":"0x${CONTRACT}","startBlock":0}]', ${BLOCKS}, ${NOW},
           to_timestamp(${NOW}), ${BLOCKS}, sha256('h'), ${NOW}, ${BLOCKS}, ${BLOCKS}, ${2 * GRANTS}, to_timestamp(${NOW}))`,
  `INSERT INTO knowledge (chain_id, since, checked_at, head_number, head_time, indexed_number, indexed_time, safe_number,
                          finalized_number, last_seq, status, indexed_hash, name, contracts)
   SELECT chain_id, known_at, checked_at, head_number, head_time, indexed_number, indexed_time, safe_number, finalized_number,
          last_seq, status, indexed_hash, name, contracts FROM chain`,
  `INSERT INTO event (chain_id, seq, block_number, block_hash, block_time, tx_index, log_index, tx_hash, contract, kind,
                      verification, credential, holder, grantee, issuer, seal, purpose, legal_basis, context, granted_at,
                      not_before, expires_at, locked_until, revoked_at, retention, sequence, flags, learned_at)
   SELECT 1, 1 + 2 * i::bigint + s, s * ${BLOCKS / 2} + i % ${BLOCKS / 2}, sha256('b'), ${FROM} + s * ${BLOCKS / 2} + i % ${BLOCKS / 2}, i, s,
          sha256('t'), decode('${CONTRACT}', 'hex'), (CASE s WHEN 0 THEN 'GRANTED' ELSE 'REVOKED' END)::event_kind, 'LINKED',
          sha256(int4send(i)), substring(sha256(int4send(i % 1000)) FOR 20), decode('${GRANTEE}', 'hex'),
          substring(sha256('issuer') FOR 20), sha256('seal'), 1 + i % 14, CASE s WHEN 0 THEN 1 END, CASE s WHEN 0 THEN sha256('c') END,
          ${FROM} + i % ${BLOCKS / 2}, ${FROM} + i % ${BLOCKS / 2}, 0, 0, s * (${FROM} + ${BLOCKS / 2} + i % ${BLOCKS / 2}), 31557600, 1 + s, 0,
          to_timestamp(${NOW})
     FROM generate_series(0, ${GRANTS - 1}) i, generate_series(0, 1) s WHERE s = 0 OR i % 3 > 0`,
];

interface Read {
  readonly pinned: string;
  readonly bytes: number;
  readonly seconds: number;
  /** Until the first byte. */
  readonly first: number;
  readonly resident: readonly number[];
}

/** Reads an export into a hash, up to so many bytes. */
async function read(server: Running, url: string, hash: Hash, most = Number.POSITIVE_INFINITY): Promise<Read> {
  const resident: number[] = [];
  const sampler = setInterval(() => resident.push(residentMb(server.pid) ?? 0), SAMPLE_MS);
  const started = performance.now();
  const abort = new AbortController();
  let [bytes, first] = [0, 0];
  try {
    const response = await fetch(url, { signal: abort.signal, dispatcher: PATIENT });
    if (!response.ok || response.body === null) throw new Error(`${response.status}: ${await response.text()}`);
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      if (bytes === 0) first = (performance.now() - started) / 1000;
      const part = chunk.subarray(0, most - bytes);
      hash.update(part);
      bytes += part.length;
      if (bytes === most) break;
    }
    abort.abort();
    return {
      pinned: response.headers.get("content-location") ?? "",
      bytes,
      seconds: (performance.now() - started) / 1000,
      first,
      resident,
    };
  } finally {
    clearInterval(sampler);
  }
}

/** How the memory went: at the start, and the most in each fifth. */
function memory(resident: readonly number[]): string {
  const fifth = Math.max(1, Math.ceil(resident.length / 5));
  const most = [0, 1, 2, 3, 4].map((i) => Math.max(0, ...resident.slice(i * fifth, (i + 1) * fifth)));
  return `${most.map((mb) => mb.toFixed(0)).join(", ")} MB`;
}

async function serve(databaseUrl: string): Promise<{ server: Running; url: string }> {
  const server = launch({
    command: process.execPath,
    args: [new URL("reportServer.ts", import.meta.url).pathname, databaseUrl, String(NOW)],
  });
  const [, url = ""] = await server.line(/^serving (.*)$/m, 30_000);
  return { server, url };
}

const postgres = await startTestPostgres({ durable: true, settings: ["max_wal_size=4GB"] });
try {
  const databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  const sql = new pg.Client({ connectionString: databaseUrl });
  await sql.connect();
  await dropLateIndexes(sql);
  for (const statement of FILL) await sql.query(statement);
  await buildLateIndexes(sql);
  await sql.query("VACUUM ANALYZE");
  const { rows } = await sql.query("SELECT count(*)::int AS n FROM event");
  say(`${GRANTS} grants, ${rows[0].n} events of one institution`);
  await sql.end();

  let { server, url } = await serve(databaseUrl);
  const report = async (path: string) => {
    const hash = createHash("sha256");
    const before = usageOf(server.pid)?.cpuSeconds ?? 0;
    const done = await read(server, `${url}${path}`, hash);
    const cpu = (usageOf(server.pid)?.cpuSeconds ?? 0) - before;
    const [name = ""] = path.split("?");
    say(
      `${name.padEnd(24)} ${(done.bytes / 1e6).toFixed(0)} MB in ${done.seconds.toFixed(1)} s, the first after ${done.first.toFixed(1)} s, ${cpu.toFixed(1)} s of CPU in the server; memory by fifths ${memory(done.resident)}`,
    );
    return { ...done, digest: hash.digest("hex") };
  };
  for (const name of ["retention", "processing"])
    if (WANTED.has(name)) await report(`/reports/${name}.csv?grantee=0x${GRANTEE}`);
  if (["access", "same", "new"].some((one) => WANTED.has(one))) {
    const whole = await report(`/reports/access.csv?grantee=0x${GRANTEE}`);
    const half = Math.floor(whole.bytes / 2) + 17;
    for (const by of ["same", "new"].filter((one) => WANTED.has(one))) {
      const hash = createHash("sha256");
      await read(server, `${url}${whole.pinned}`, hash, half);
      if (by === "new") {
        await server.end("SIGKILL");
        ({ server, url } = await serve(databaseUrl));
      }
      const rest = await read(server, `${url}${whole.pinned}&offset=${half}`, hash);
      const same = hash.digest("hex") === whole.digest;
      say(
        `broken off after ${half} bytes, gone on with by ${by === "new" ? "a new" : "the same"} server: ${same ? "the same bytes" : "OTHER BYTES"}, the first after ${rest.first.toFixed(1)} s`,
      );
      if (!same) process.exitCode = 1;
    }
  }
  await server.end("SIGTERM");
} finally {
  await postgres.stop();
}
