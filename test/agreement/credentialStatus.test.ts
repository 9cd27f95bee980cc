import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { fromHex } from "../../indexer/grants/bytes.ts";
import { type CredentialRecord, unpackCredentialRecord } from "../../indexer/grants/credentialRecord.ts";
import { CREDENTIAL_STATUSES, statusAt } from "../../indexer/grants/credentialStatus.ts";
import { seed } from "../support/property.ts";
import { anyTime, time } from "../support/records.ts";
import { assertAgrees, inParts, openRules, type Rules } from "./harness.ts";

/** What a credential is worth, three times, in Solidity, TypeScript and SQL, over the same records and times. */

/** The times of a record, in the order of its layout, and the moment that it is looked at. */
interface Case {
  readonly times: readonly [bigint, bigint, bigint, bigint, bigint, bigint];
  readonly t: bigint;
}

const FUZZED = 20_000;

let rules: Rules;
before(async () => {
  rules = await openRules();
});
after(() => rules?.close());

const wordOf = ({ times }: Case): string =>
  `0x${times.map((value) => value.toString(16).padStart(10, "0")).join("")}0001`;

function recordOf({ times }: Case): CredentialRecord {
  const [anchoredAt, validFrom, validUntil, revokedAt, withdrawnAt, supersededAt] = times;
  return { anchoredAt, validFrom, validUntil, revokedAt, withdrawnAt, supersededAt, sequence: 1 };
}

async function compare(cases: readonly Case[]): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  await inParts(cases, async (part) => {
    const moments = part.map(({ t }) => t);
    const [solidity, database] = await Promise.all([
      rules.solidity.getFunction("statuses").staticCall(part.map(wordOf), moments),
      rules.sql.query(
        `SELECT credential_status(a, f, u, r, w, s, t) AS status
           FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
                WITH ORDINALITY AS c (a, f, u, r, w, s, t, i) ORDER BY i`,
        [...[0, 1, 2, 3, 4, 5].map((i) => part.map(({ times }) => times[i])), moments],
      ),
    ]);
    for (const [j, one] of part.entries()) {
      const record = unpackCredentialRecord(fromHex(wordOf(one)));
      assertAgrees("its fields", record, recordOf(one), one);
      const expected = statusAt(record, one.t);
      assertAgrees("Solidity", CREDENTIAL_STATUSES[Number(solidity[j])], expected, one);
      assertAgrees("SQL", database.rows[j].status, expected, one);
      seen.set(expected, (seen.get(expected) ?? 0) + 1);
    }
  });
  return seen;
}

test(`${FUZZED} fuzzed records and times: no difference`, async () => {
  const rarely = fc.oneof({ weight: 3, arbitrary: fc.constant(0n) }, { weight: 1, arbitrary: time });
  const cases = fc.record<Case>({ times: fc.tuple(time, time, time, rarely, rarely, rarely), t: anyTime });
  const seen = await compare(fc.sample(cases, { seed: seed(), numRuns: FUZZED }));
  for (const status of CREDENTIAL_STATUSES)
    assert.ok((seen.get(status) ?? 0) > 200, `${status} was met ${seen.get(status)} times`);
});

test("every order of every boundary of a small world: no difference", async () => {
  const cases: Case[] = [];
  const small = [0n, 1n, 2n];
  for (const anchored of [0n, 1n, 2n, 3n])
    for (const from of small)
      for (const until of [0n, 1n, 2n, 3n])
        for (const revoked of small)
          for (const withdrawn of small)
            for (const superseded of small)
              for (let t = 0n; t <= 4n; t++)
                cases.push({ times: [anchored, from, until, revoked, withdrawn, superseded], t });
  await compare(cases);
});

test("only a word of 32 bytes is a record", () => {
  for (const length of [0, 31, 33])
    assert.throws(() => unpackCredentialRecord(new Uint8Array(length)), /credential record: expected 32 bytes/);
});
