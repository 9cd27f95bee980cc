import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import pg from "pg";
import { FLAG_GRANTED_ONWARD, FLAG_MAY_GRANT_ONWARD } from "../../indexer/grants/record.ts";
import { readBehind } from "../../indexer/ledger/transitions/progress.ts";
import { takeStep } from "../../indexer/ledger/transitions/step.ts";
import { grantEvent } from "../api/suite.ts";
import { address, type Gibberish, NOW, openWorld, type TestChain, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";

/** What a reorg does to a grant made onward when it is the parent's event that is dropped. */

const [GRANTOR, RELYING] = [11, 12];
const GRANTED = NOW - 1_000n;

describe("a chain that goes back", () => {
  let postgres: TestPostgres;
  let world: World;
  let sql: pg.Client;
  let chain: TestChain;
  before(async () => {
    postgres = await startTestPostgres();
  });
  after(() => postgres?.stop());
  beforeEach(async () => {
    world = await openWorld(postgres);
    sql = new pg.Client({ connectionString: world.databaseUrl });
    await sql.connect();
    chain = await world.chain(1n);
    await chain.mine(GRANTED, [parent("Granted", 1, {})]);
    await chain.mine(GRANTED + 10n, [child()]);
  });
  afterEach(async () => {
    await Promise.all([sql?.end(), world?.close()]);
  });

  const parent = (name: string, sequence: number, record: { expiresAt?: bigint; revokedAt?: bigint }): Gibberish =>
    grantEvent(name, {
      grantee: GRANTOR,
      record: { expiresAt: GRANTED + 100n, ...record, grantedAt: GRANTED, flags: FLAG_MAY_GRANT_ONWARD, sequence },
    });
  const child = (): Gibberish =>
    grantEvent(
      "GrantedOnward",
      { grantee: RELYING, record: { grantedAt: GRANTED + 10n, flags: FLAG_GRANTED_ONWARD, sequence: 1 } },
      { grantor: address(GRANTOR), parentGrantedAt: GRANTED },
    );
  async function takeAll(): Promise<void> {
    for (let behind = await readBehind(sql); behind.length > 0; behind = await readBehind(sql))
      for (const one of behind) await takeStep(sql, one);
  }
  const ofChild = `grantee = decode('${address(RELYING).slice(2)}', 'hex')`;
  const pending = async (): Promise<string[]> =>
    (await sql.query(`SELECT at FROM pending_transition WHERE ${ofChild}`)).rows.map(({ at }) => at);

  it("takes back what a dropped event of the parent changed in the very second that it goes back to", async () => {
    const second = GRANTED + 20n;
    const { number } = await chain.mine(second, []);
    await chain.mine(second, [parent("Revoked", 2, { revokedAt: second })]);
    await takeAll();
    const standing = async () =>
      (await sql.query(`SELECT kind::text FROM transition WHERE ${ofChild} AND retracted_at IS NULL`)).rows.map(
        ({ kind }) => kind,
      );
    assert.deepEqual(await standing(), ["ENDED_ACTIVE", "ENDED"]);
    await chain.rollback(number);
    await chain.mine(second, []);
    await takeAll();
    assert.deepEqual(await standing(), []);
    assert.deepEqual(await pending(), [String(GRANTED + 100n)]);
  });

  it("puts back when a grant made onward ends, where its parent had been prolonged", async () => {
    const { number } = await chain.mine(GRANTED + 20n, []);
    await takeAll();
    assert.deepEqual(await pending(), [String(GRANTED + 100n)]);
    await chain.mine(GRANTED + 30n, [parent("Granted", 2, { expiresAt: GRANTED + 500n })]);
    await takeAll();
    assert.deepEqual(await pending(), [String(GRANTED + 500n)]);
    await chain.rollback(number);
    await chain.mine(GRANTED + 31n, []);
    await takeAll();
    assert.deepEqual(await pending(), [String(GRANTED + 100n)]);
  });
});
