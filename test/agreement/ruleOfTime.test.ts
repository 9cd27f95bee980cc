import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { MaxUint256 } from "ethers";
import fc from "fast-check";
import { toHex } from "../../indexer/grants/bytes.ts";
import { type GrantRecord, packRecord } from "../../indexer/grants/record.ts";
import { accessEnd, activeEnd, type Bearings, GRANT_STATES, NEVER, stateAt } from "../../indexer/grants/rule.ts";
import { seed } from "../support/property.ts";
import { anyBearings, anyRecord, anyTime } from "../support/records.ts";
import { assertAgrees, inParts, openRules, type Rules } from "./harness.ts";

/** The rule of time three times, in Solidity, TypeScript and SQL, over the same records, parents, holds and times. */

interface Case {
  readonly record: GrantRecord;
  readonly t: bigint;
  readonly bearings: Bearings;
}
interface Verdict {
  readonly state: string;
  readonly activeEnd: bigint;
  readonly accessEnd: bigint;
}

const FUZZED = 20_000;
const SQL_NEVER = 2n ** 63n - 1n;

let rules: Rules;
before(async () => {
  rules = await openRules();
});
after(() => rules?.close());

const inTypeScript = ({ record, t, bearings }: Case): Verdict => ({
  state: stateAt(record, t, bearings),
  activeEnd: activeEnd(record, bearings),
  accessEnd: accessEnd(record, bearings),
});

async function inSolidity(cases: readonly Case[], method: "evaluate" | "evaluatePlain"): Promise<Verdict[]> {
  const records = cases.map(({ record }) => toHex(packRecord(record)));
  const times = cases.map(({ t }) => t);
  const parentEnds = cases.map(({ bearings }) => (bearings.parentEnd === NEVER ? MaxUint256 : bearings.parentEnd));
  const holds = cases.map(({ bearings }) => bearings.holdUntil);
  const [states, activeEnds, accessEnds] = await rules.solidity
    .getFunction(method)
    .staticCall(records, times, ...(method === "evaluate" ? [parentEnds, holds] : []));
  const end = (value: bigint): bigint => (value === MaxUint256 ? NEVER : value);
  return cases.map((_, i) => ({
    state: GRANT_STATES[Number(states[i])] ?? "unknown",
    activeEnd: end(activeEnds[i]),
    accessEnd: end(accessEnds[i]),
  }));
}

async function inSql(cases: readonly Case[]): Promise<Verdict[]> {
  const column = (pick: (c: Case) => bigint): string[] => cases.map((c) => pick(c).toString());
  // Where there is no parent or hold, a row may say so by null as well.
  const orNull = (pick: (b: Bearings) => bigint, none: bigint, written: bigint): (string | null)[] =>
    cases.map(({ bearings }, i) => {
      const value = pick(bearings);
      return value !== none ? value.toString() : i % 2 === 0 ? null : written.toString();
    });
  const { rows } = await rules.sql.query(
    `SELECT grant_state(g, n, e, l, r, k, p, h, t) AS state, grant_active_end(e, r, p) AS active_end,
            grant_access_end(n, e, l, r, k, p, h) AS access_end
       FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
                   $8::bigint[], $9::bigint[])
            WITH ORDINALITY AS c (g, n, e, l, r, k, t, p, h, i) ORDER BY i`,
    [
      column((c) => c.record.grantedAt),
      column((c) => c.record.notBefore),
      column((c) => c.record.expiresAt),
      column((c) => c.record.lockedUntil),
      column((c) => c.record.revokedAt),
      column((c) => c.record.retention),
      column((c) => c.t),
      orNull((b) => b.parentEnd, NEVER, SQL_NEVER),
      orNull((b) => b.holdUntil, 0n, 0n),
    ],
  );
  const end = (text: string): bigint => (BigInt(text) === SQL_NEVER ? NEVER : BigInt(text));
  return rows.map((row) => ({ state: row.state, activeEnd: end(row.active_end), accessEnd: end(row.access_end) }));
}

async function compare(cases: readonly Case[]): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  await inParts(cases, async (part) => {
    const [solidity, database] = await Promise.all([inSolidity(part, "evaluate"), inSql(part)]);
    for (const [j, one] of part.entries()) {
      const expected = inTypeScript(one);
      assertAgrees("Solidity", solidity[j], expected, one);
      assertAgrees("SQL", database[j], expected, one);
      seen.set(expected.state, (seen.get(expected.state) ?? 0) + 1);
    }
  });
  return seen;
}

const anyCase: fc.Arbitrary<Case> = fc.record({ record: anyRecord, t: anyTime, bearings: anyBearings });

test(`${FUZZED} fuzzed records, parents, holds and times: no difference`, async () => {
  const seen = await compare(fc.sample(anyCase, { seed: seed(), numRuns: FUZZED }));
  // A comparison that never met a state would prove nothing about it.
  for (const state of GRANT_STATES)
    assert.ok((seen.get(state) ?? 0) > 200, `${state} was met ${seen.get(state)} times`);
});

test("without a parent and holds, the shorter forms say the same", async () => {
  const cases = fc.sample(anyCase, { seed: seed(), numRuns: 2_000 });
  await inParts(cases, async (part) => {
    const solidity = await inSolidity(part, "evaluatePlain");
    for (const [j, { record, t }] of part.entries())
      assertAgrees(
        "Solidity",
        solidity[j],
        { state: stateAt(record, t), activeEnd: activeEnd(record), accessEnd: accessEnd(record) },
        { record, t },
      );
  });
});

test("every order of every boundary of a small world: no difference", async () => {
  const cases: Case[] = [];
  const small = [0n, 1n, 2n, 3n];
  for (const notBefore of [1n, 2n, 3n])
    for (const expiresAt of small)
      for (const revokedAt of small)
        for (const parentEnd of [NEVER, 1n, 2n, 3n])
          for (const lockedUntil of [0n, 2n, 4n])
            for (const holdUntil of [0n, 2n, 5n])
              for (const retention of [0n, 2n])
                for (let t = 0n; t <= 6n; t++)
                  cases.push({
                    record: {
                      ...{ grantedAt: 1n, notBefore, expiresAt, revokedAt, lockedUntil, retention },
                      ...{ sequence: 1, flags: 0 },
                    },
                    t,
                    bearings: { parentEnd, holdUntil },
                  });
  await compare(cases);
});
