/**
 * `node bench/asOf.ts [grants]`: how fast a check is answered from the present, at a random earlier moment of the chains, and by
 * what was known at a random earlier moment, in process, from one database; and what the knowledge of a chain takes to keep.
 */
import { performance } from "node:perf_hooks";
import pg from "pg";
import { Database } from "../indexer/api/database.ts";
import type { Moment } from "../indexer/api/moment.ts";
import { readCheck } from "../indexer/api/read/check.ts";
import { toAddress, toCredentialRef } from "../indexer/grants/bytes.ts";
import { migrate } from "../indexer/ledger/migrate.ts";
import { startTestPostgres } from "../test/support/postgres.ts";
import { createRandom } from "../test/support/random.ts";

const GRANTS = Number(process.argv[2] ?? 200_000);
const ROUNDS = 7;
const CHECKS = 4_000;
const CONNECTIONS = 8;
const BLOCKS = 20_000;
const FROM = 1_700_000_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const random = createRandom(1);

const FILL = `
  INSERT INTO chain (chain_id, name, status, contracts, head_number, head_time, checked_at, indexed_number, indexed_hash,
                     indexed_time, safe_number, finalized_number, last_seq, known_at)
  SELECT c, 'c' || c, 'LIVE', '[{"name":"AccessGrants","address":"0x${"cc".repeat(20)}","startBlock":0},
         {"name":"CredentialRegistry","address":"0x${"cd".repeat(20)}","startBlock":0},
         {"name":"EntityRegistry","address":"0x${"ce".repeat(20)}","startBlock":0}]', ${BLOCKS}, ${FROM + BLOCKS}, to_timestamp(${FROM + BLOCKS}),
         ${BLOCKS}, sha256('h'), ${FROM + BLOCKS}, ${BLOCKS}, ${BLOCKS}, ${2 * GRANTS}, to_timestamp(${FROM + BLOCKS})
    FROM generate_series(1, 2) c;
  INSERT INTO event (chain_id, seq, block_number, block_hash, block_time, tx_index, log_index, tx_hash, contract, kind,
                     verification, credential, holder, grantee, issuer, seal, purpose, legal_basis, context, granted_at,
                     not_before, expires_at, locked_until, revoked_at, retention, sequence, flags, learned_at)
  SELECT 1 + i % 2, 1 + 2 * (i / 2) + s, s * ${BLOCKS / 2} + (i % ${BLOCKS / 2}), sha256('b'), ${FROM} + s * ${BLOCKS / 2} + (i % ${BLOCKS / 2}), i, s,
         sha256('t'), decode('${"cc".repeat(20)}', 'hex'), (CASE s WHEN 0 THEN 'GRANTED' ELSE 'REVOKED' END)::event_kind,
         'LINKED', sha256(int4send(i)), substring(sha256(int4send(i % 1000)) FOR 20), substring(sha256(int4send(i % 50)) FOR 20),
         substring(sha256('issuer') FOR 20), sha256('seal'), 1, CASE s WHEN 0 THEN 1 END, CASE s WHEN 0 THEN sha256('c') END,
         ${FROM} + (i % ${BLOCKS / 2}), ${FROM} + (i % ${BLOCKS / 2}), 0, 0, CASE s WHEN 0 THEN 0 ELSE ${FROM + BLOCKS} END, 0, 1 + s, 0,
         to_timestamp(${FROM} + s * ${BLOCKS / 2} + (i % ${BLOCKS / 2}))
    FROM generate_series(0, ${GRANTS - 1}) i, generate_series(0, 1) s ON CONFLICT DO NOTHING;
  INSERT INTO access_grant (credential, grantee, purpose, chain_id, contract, holder, issuer, seal, legal_basis, context, granted_at,
                     not_before, expires_at, locked_until, revoked_at, retention, sequence, flags, hold_until, seq, block_number, block_time)
  SELECT DISTINCT ON (credential, grantee, chain_id) credential, grantee, purpose, chain_id, contract, holder, issuer, seal, 1, sha256('c'), granted_at,
                     not_before, expires_at, locked_until, revoked_at, retention, sequence, flags, 0, seq, block_number, block_time
    FROM event ORDER BY credential, grantee, chain_id, seq DESC;
  INSERT INTO knowledge (chain_id, since, checked_at, head_number, head_time, indexed_number, indexed_time, safe_number,
                         finalized_number, last_seq, status, indexed_hash, name, contracts)
  SELECT c.chain_id, to_timestamp(${FROM} + n), to_timestamp(${FROM} + n), n, ${FROM} + n, n, ${FROM} + n, n, n, ${2 * GRANTS}, 'LIVE',
         sha256(int4send(n)), CASE n WHEN 0 THEN c.name END, CASE n WHEN 0 THEN c.contracts END
    FROM chain c, generate_series(0, ${BLOCKS}) n;
  VACUUM ANALYZE`;

const postgres = await startTestPostgres({ durable: true });
try {
  const url = await postgres.createDatabase();
  await migrate(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const statement of FILL.split(";")) await client.query(statement);
  const { rows } = await client.query("SELECT credential, grantee FROM access_grant ORDER BY credential LIMIT 5000");
  const { rows: sizes } = await client.query(
    "SELECT pg_relation_size('knowledge') AS heap, pg_indexes_size('knowledge') AS indexes, count(*) AS n FROM knowledge",
  );
  await client.end();
  const perRow = (Number(sizes[0].heap) + Number(sizes[0].indexes)) / Number(sizes[0].n);
  say(
    `knowledge: ${perRow.toFixed(0)} bytes a row; a block every 0.25 s, each a step: ${((perRow * 345_600) / 1e6).toFixed(1)} MB a day`,
  );

  const database = new Database(url, () => {});
  const now: Moment = { clock: (FROM + BLOCKS) * 1000, at: undefined, known: undefined, finality: "LATEST" };
  const moments: Record<string, () => Moment> = {
    present: () => now,
    at: () => ({ ...now, at: BigInt(FROM + random.int(BLOCKS)) }),
    knownAt: () => {
      const moment = FROM + random.int(BLOCKS);
      return { ...now, clock: moment * 1000, known: BigInt(moment) * 1_000_000n };
    },
  };
  const rates = new Map<string, number[]>(Object.keys(moments).map((name) => [name, []]));
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, moment] of Object.entries(moments)) {
      const begun = performance.now();
      const asker = async (): Promise<void> => {
        for (let i = 0; i < CHECKS / CONNECTIONS; i++) {
          const { credential, grantee } = random.pick(rows);
          const pair = { credential: toCredentialRef(credential), grantee: toAddress(grantee), purpose: 1 };
          await readCheck(database, pair, { chainId: undefined, moment: moment() });
        }
      };
      await Promise.all(Array.from({ length: CONNECTIONS }, asker));
      if (round > 0) rates.get(name)?.push(CHECKS / ((performance.now() - begun) / 1000));
    }
  await database.close();
  const median = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1] ?? 0;
  const base = median(rates.get("present") ?? []);
  for (const [name, list] of rates)
    say(`${name}: ${median(list).toFixed(0)} checks/s, ${(median(list) / base).toFixed(2)} of the present`);
} finally {
  await postgres.stop();
}
