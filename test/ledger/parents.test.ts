import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { FLAG_GRANTED_ONWARD, FLAG_MAY_GRANT_ONWARD } from "../../indexer/grants/record.ts";
import { grantEvent } from "../api/suite.ts";
import { address, NOW, openWorld } from "../api/world.ts";
import { startTestPostgres } from "../support/postgres.ts";

/** A grant made onward ends with its parent, also when the blocks after that are encoded before it is written. */
test("the end of a parent reaches what was granted onward, whatever is encoded in between", async () => {
  const postgres = await startTestPostgres();
  const world = await openWorld(postgres);
  const sql = new pg.Client({ connectionString: world.databaseUrl });
  try {
    await sql.connect();
    const chain = await world.chain(1n);
    const [grantor, relying, granted, ended] = [11, 12, NOW - 1_000n, NOW - 900n];
    const parent = { grantedAt: granted, flags: FLAG_MAY_GRANT_ONWARD };
    await chain.mine(granted, [grantEvent("Granted", { grantee: grantor, record: parent })]);
    const onward = { grantedAt: granted + 10n, flags: FLAG_GRANTED_ONWARD };
    const origin = { grantor: address(grantor), parentGrantedAt: granted };
    await chain.mine(granted + 10n, [grantEvent("GrantedOnward", { grantee: relying, record: onward }, origin)]);

    const revoked = { ...parent, revokedAt: ended, sequence: 2 };
    const end = chain.prepare(ended, [grantEvent("Revoked", { grantee: grantor, record: revoked })]);
    const next = chain.prepare(ended + 1n, [{ credential: 7, grantee: 77, record: {} }]);
    await end();
    await next();
    const { rows } = await sql.query("SELECT parent_end FROM access_grant WHERE grantor IS NOT NULL");
    assert.deepEqual(rows, [{ parent_end: String(ended) }]);
  } finally {
    await Promise.all([sql.end(), world.close()]);
    await postgres.stop();
  }
});
