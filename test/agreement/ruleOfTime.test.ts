import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { type Contract, ContractFactory, MaxUint256 } from "ethers";
import fc from "fast-check";
import pg from "pg";
import { toHex } from "../../indexer/grants/bytes.ts";
import { type GrantRecord, packRecord } from "../../indexer/grants/record.ts";
import { accessEnd, activeEnd, GRANT_STATES, NEVER, stateAt } from "../../indexer/grants/rule.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { anyRecord, anyTime } from "../support/records.ts";

/** The rule of time three times, in Solidity, TypeScript and SQL, over the same records and times. */

interface Case {
  readonly record: GrantRecord;
  readonly t: bigint;
}
interface Verdict {
  readonly state: string;
  readonly activeEnd: bigint;
  readonly accessEnd: bigint;
}

const FUZZED = 20_000;
const SQL_NEVER = 2n ** 63n - 1n;

let postgres: TestPostgres;
let sql: pg.Client;
let anvil: TestAnvil;
let harness: Contract;

before(async () => {
  [postgres, anvil] = await Promise.all([startTestPostgres(), startAnvil({ chainId: 31337 })]);
  const url = await postgres.createDatabase();
  await migrate(url);
  sql = new pg.Client({ connectionString: url });
  await sql.connect();
  await anvil.send("evm_setAutomine", true);
  const artifact = JSON.parse(await readFile(new URL("../contracts/GrantRecordHarness.json", import.meta.url), "utf8"));
  const factory = new ContractFactory(artifact.abi, artifact.creationCode, await anvil.provider.getSigner(0));
  harness = (await (await factory.deploy()).waitForDeployment()) as Contract;
});

after(async () => {
  await sql?.end();
  await Promise.all([anvil?.stop(), postgres?.stop()]);
});

const inTypeScript = ({ record, t }: Case): Verdict => ({
  state: stateAt(record, t),
  activeEnd: activeEnd(record),
  accessEnd: accessEnd(record),
});

async function inSolidity(cases: readonly Case[]): Promise<Verdict[]> {
  const records = cases.map(({ record }) => toHex(packRecord(record)));
  const times = cases.map(({ t }) => t);
  const [states, activeEnds, accessEnds] = await harness.getFunction("evaluate").staticCall(records, times);
  const end = (value: bigint): bigint => (value === MaxUint256 ? NEVER : value);
  return cases.map((_, i) => ({
    state: GRANT_STATES[Number(states[i])] ?? "unknown",
    activeEnd: end(activeEnds[i]),
    accessEnd: end(accessEnds[i]),
  }));
}

async function inSql(cases: readonly Case[]): Promise<Verdict[]> {
  const column = (pick: (c: Case) => bigint): string[] => cases.map((c) => pick(c).toString());
  const { rows } = await sql.query(
    `SELECT grant_state(g, n, e, l, r, k, t) AS state, grant_active_end(e, r) AS active_end,
            grant_access_end(n, e, l, r, k) AS access_end
       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
            WITH ORDINALITY AS c (g, n, e, l, r, k, t, i) ORDER BY i`,
    [
      column((c) => c.record.grantedAt),
      column((c) => c.record.notBefore),
      column((c) => c.record.expiresAt),
      column((c) => c.record.lockedUntil),
      column((c) => c.record.revokedAt),
      column((c) => c.record.retention),
      column((c) => c.t),
    ],
  );
  const end = (text: string): bigint => (BigInt(text) === SQL_NEVER ? NEVER : BigInt(text));
  return rows.map((row) => ({ state: row.state, activeEnd: end(row.active_end), accessEnd: end(row.access_end) }));
}

async function compare(cases: readonly Case[]): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for (let i = 0; i < cases.length; i += 1_000) {
    const part = cases.slice(i, i + 1_000);
    const [solidity, database] = await Promise.all([inSolidity(part), inSql(part)]);
    for (const [j, one] of part.entries()) {
      const expected = inTypeScript(one);
      const what = () => `seed ${seed()}: ${JSON.stringify(one, (_, v) => (typeof v === "bigint" ? `${v}` : v))}`;
      assert.deepEqual(solidity[j], expected, `Solidity, ${what()}`);
      assert.deepEqual(database[j], expected, `SQL, ${what()}`);
      seen.set(expected.state, (seen.get(expected.state) ?? 0) + 1);
    }
  }
  return seen;
}

test(`${FUZZED} fuzzed records and times: no difference`, async () => {
  const cases = fc.sample(fc.record({ record: anyRecord, t: anyTime }), { seed: seed(), numRuns: FUZZED });
  const seen = await compare(cases);
  // A comparison that never met a state would prove nothing about it.
  for (const state of GRANT_STATES)
    assert.ok((seen.get(state) ?? 0) > 200, `${state} was met ${seen.get(state)} times`);
});

test("every order of every boundary of a small world: no difference", async () => {
  const cases: Case[] = [];
  const small = [0n, 1n, 2n, 3n];
  for (const notBefore of [1n, 2n, 3n])
    for (const expiresAt of small)
      for (const revokedAt of small)
        for (const lockedUntil of [0n, 2n, 4n])
          for (const retention of [0n, 1n, 2n])
            for (let t = 0n; t <= 6n; t++)
              cases.push({
                record: {
                  grantedAt: 1n,
                  notBefore,
                  expiresAt,
                  revokedAt,
                  lockedUntil,
                  retention,
                  sequence: 1,
                  flags: 0,
                },
                t,
              });
  await compare(cases);
});
