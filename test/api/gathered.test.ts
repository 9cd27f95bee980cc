import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { Database, type Statement } from "../../indexer/api/database.ts";
import { type Pair, readCheck } from "../../indexer/api/read/check.ts";
import { GatheredChecks } from "../../indexer/api/read/gathered.ts";
import { fromHex, toAddress, toCredentialRef } from "../../indexer/grants/bytes.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { address, bytes32, NOW, openWorld, type World } from "./world.ts";

/** Checks that are read together are read as each would be alone. */

const PRESENT = { at: undefined, known: undefined, finality: "LATEST" } as const;
const CREDENTIALS = 12;

describe("gathered checks", () => {
  let postgres: TestPostgres;
  let world: World;
  let database: CountingDatabase;

  /** Counts the statements. */
  class CountingDatabase extends Database {
    readonly names: string[] = [];
    override prepared<Row extends pg.QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
      this.names.push(statement.name);
      return super.prepared<Row>(statement, values);
    }
  }

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    const one = await world.chain(1n);
    const two = await world.chain(2n);
    const said = Array.from({ length: CREDENTIALS }, (_, credential) => ({
      credential,
      purpose: 1 + (credential % 3),
      record: {},
    }));
    await one.mine(NOW - 900n, said);
    await two.mine(NOW - 900n, said.slice(0, 5));
    database = new CountingDatabase(world.databaseUrl, () => {});
  });
  after(async () => {
    await database?.close();
    await world?.close();
    await postgres?.stop();
  });

  const pair = (credential: number, purpose?: number, grantee = 2): Pair => ({
    credential: toCredentialRef(fromHex(bytes32(credential))),
    grantee: toAddress(fromHex(address(grantee))),
    purpose,
  });

  it("are what each is alone, whoever asks beside it", async () => {
    const random = createRandom(seed());
    const checks = new GatheredChecks(database);
    const asked = Array.from({ length: 300 }, () => ({
      pair: pair(random.int(CREDENTIALS + 4), random.pick([0, 1, 2, 3]) || undefined, random.pick([2, 2, 2, 5])),
      chainId: random.pick([0n, 0n, 1n, 2n, 3n]) || undefined,
    }));
    const found = await Promise.all(asked.map((one) => checks.read(one.pair, one.chainId)));
    for (const [i, one] of asked.entries())
      assert.deepEqual(
        found[i],
        await readCheck(database, one.pair, { chainId: one.chainId, moment: PRESENT }),
        `seed ${seed()}`,
      );
  });

  it("take few statements, and one that is alone its own", async () => {
    const checks = new GatheredChecks(database);
    database.names.length = 0;
    await checks.read(pair(1), undefined);
    assert.deepEqual(database.names, ["check_present"]);
    database.names.length = 0;
    await Promise.all(Array.from({ length: 200 }, (_, i) => checks.read(pair(i % CREDENTIALS), undefined)));
    assert.ok(database.names.length <= 5, `${database.names}`);
  });

  it("see what was committed before they were asked, though others are being read", async () => {
    const checks = new GatheredChecks(database);
    const chain = world.chains.get(1n);
    for (let credential = 100; credential < 130; credential++) {
      const crowd = Array.from({ length: 40 }, (_, i) => checks.read(pair(i % CREDENTIALS), undefined));
      const mined = chain?.mine(NOW - 800n, [{ credential, record: {} }]);
      crowd.push(...Array.from({ length: 40 }, (_, i) => checks.read(pair(i % CREDENTIALS), undefined)));
      await mined;
      const [one] = await checks.read(pair(credential), undefined);
      assert.equal(one?.grants.length, 1, `${credential}`);
      await Promise.all(crowd);
    }
  });

  it("fail together and recover, and nobody waits for ever", async () => {
    const checks = new GatheredChecks(database);
    const client = new pg.Client({ connectionString: world.databaseUrl });
    await client.connect();
    await client.query("BEGIN; LOCK TABLE access_grant IN ACCESS EXCLUSIVE MODE");
    // More than all statements together have room for: the last of them are never begun.
    const asked = Array.from({ length: 300 }, (_, i) => checks.read(pair(i % CREDENTIALS), undefined));
    const settled = await Promise.allSettled(asked);
    for (const one of settled) {
      assert.equal(one.status, "rejected");
      assert.equal(one.status === "rejected" && one.reason.name, "RetryableError");
    }
    await client.query("ROLLBACK");
    await client.end();
    assert.equal((await checks.read(pair(1), 1n))[0]?.grants.length, 1);
  });
});
