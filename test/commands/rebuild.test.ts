import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type IndexedSuite, indexSuite } from "../support/indexedSuite.ts";
import { digest } from "../support/ledger.ts";
import { seed } from "../support/property.ts";
import { until } from "../support/wait.ts";

/** The derived tables follow from the events: made again they are the same, and what was changed by hand is found. */

const CHAIN = 46_001;
const DERIVED = ["access_grant", "credential", "entity"] as const;

let suite: IndexedSuite;
let right: string;
before(async () => {
  suite = await indexSuite(CHAIN, seed());
  right = await digest(suite.sql, DERIVED);
});
after(() => suite?.stop());

const check = () => suite.ledger.here(["rebuild", `${CHAIN}`, "--check", "--json"]);
const apply = (decision = "rows were changed by hand") =>
  suite.ledger.here(["rebuild", `${CHAIN}`, "--apply", "--decision", decision, "--json"]);

/** As many as chance made. */
const SOME = -1;

/** What may go wrong with rows, and how many of which table then differ. */
const DAMAGE: Record<string, [sql: string, differences: Record<string, number>]> = {
  "a grant that lasts longer": [
    "UPDATE access_grant SET expires_at = expires_at + 1 WHERE ctid = (SELECT min(ctid) FROM access_grant)",
    { access_grant: 1 },
  ],
  "an end of a parent that was missed": [
    "UPDATE access_grant SET parent_end = 9223372036854775807 WHERE parent_end IS NOT NULL AND parent_end < 9223372036854775807",
    { access_grant: SOME },
  ],
  "a credential that is gone": [
    "DELETE FROM credential WHERE ctid = (SELECT min(ctid) FROM credential)",
    { credential: 1 },
  ],
  "a grant that nobody made": [
    `INSERT INTO access_grant SELECT * FROM (SELECT (jsonb_populate_record(g, '{"purpose": 60000}')).* FROM access_grant g LIMIT 1) x`,
    { access_grant: 1 },
  ],
  "entities of another status than theirs": [
    "UPDATE entity SET status = CASE status WHEN 'ACTIVE' THEN 'SUSPENDED'::entity_status ELSE 'ACTIVE' END",
    { entity: SOME },
  ],
  "all of it": ["TRUNCATE access_grant, credential, entity", { access_grant: SOME, credential: SOME, entity: SOME }],
};

test(`made again from the events, every row is the same (seed ${seed()})`, async () => {
  const { rows } = await suite.sql.query(
    `SELECT count(DISTINCT kind)::int AS kinds, count(*) FILTER (WHERE retracted_at IS NOT NULL)::int AS retracted FROM event`,
  );
  assert.ok(rows[0].kinds >= 20, `${rows[0].kinds} kinds of events`);
  assert.ok(rows[0].retracted > 0, "some were retracted");
  const { code, stderr, json } = await check();
  assert.equal(code, 0, stderr);
  assert.equal(json().differences, 0);
  for (const table of DERIVED) {
    const found = await suite.sql.query(`SELECT count(*)::int AS rows FROM ${table}`);
    assert.equal(json().tables.find((one: { table: string }) => one.table === table).rows, found.rows[0].rows);
    assert.ok(found.rows[0].rows > 0, table);
  }
});

for (const [name, [damage, expected]] of Object.entries(DAMAGE))
  test(`finds and puts right: ${name}`, async () => {
    const changed = await suite.sql.query(damage);
    const damaged = await digest(suite.sql, DERIVED);
    assert.notEqual(damaged, right, "something is wrong");

    const checked = await check();
    assert.equal(checked.code, 3, checked.stderr);
    for (const { table, differences, examples } of checked.json().tables) {
      const wanted = expected[table] ?? 0;
      if (wanted === SOME) assert.ok(differences > 0, table);
      else assert.equal(differences, wanted, table);
      if (changed.rowCount !== null && wanted > 0) assert.equal(differences, changed.rowCount);
      assert.equal(examples.length, Math.min(10, differences));
    }
    assert.equal(await digest(suite.sql, DERIVED), damaged, "looking changes nothing");

    const applied = await apply();
    assert.equal(applied.code, 0, applied.stderr);
    assert.equal(await digest(suite.sql, DERIVED), right);
    assert.equal((await check()).code, 0);
    const { rows } = await suite.sql.query(
      "SELECT action::text, decision FROM intervention ORDER BY decided_at DESC LIMIT 1",
    );
    assert.deepEqual({ ...rows[0] }, { action: "REBUILT", decision: "rows were changed by hand" });
  });

test("where nothing is wrong, nothing is recorded as put right", async () => {
  const count = "SELECT count(*)::int AS n FROM intervention";
  const before = (await suite.sql.query(count)).rows[0].n;
  const { code, json } = await apply();
  assert.equal(code, 0);
  assert.equal(json().applied, false);
  assert.equal((await suite.sql.query(count)).rows[0].n, before);
});

test("looks beside a writer, and changes nothing while there is one", async () => {
  const indexing = await suite.follow();
  try {
    assert.equal((await check()).code, 0);
    const refused = await apply();
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /is being written by "grantledger writer 46001"/);
  } finally {
    await indexing.stop();
  }
});

for (const signal of ["SIGINT", "SIGKILL"] as const)
  test(`ended by ${signal} in the middle of putting right, it has done nothing`, async () => {
    await suite.sql.query("TRUNCATE access_grant, credential, entity");
    const damaged = await digest(suite.sql, DERIVED);
    // Every row that is put right takes its time, so that there is a middle.
    await suite.sql.query(`
      CREATE FUNCTION test_slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END'`);
    await suite.sql.query(
      "CREATE TRIGGER test_slow BEFORE INSERT ON access_grant FOR EACH ROW EXECUTE FUNCTION test_slow()",
    );
    const writing = `SELECT FROM pg_stat_activity WHERE application_name = 'grantledger rebuild' AND query LIKE 'INSERT INTO public.access_grant%' AND state = 'active'`;
    const running = suite.ledger.start(["rebuild", `${CHAIN}`, "--apply", "--decision", "x"]);
    await until("it is putting rows right", async () => (await suite.sql.query(writing)).rowCount === 1);
    running.kill(signal);
    assert.equal((await running.ended).code, signal === "SIGINT" ? 130 : null);
    await suite.sql.query("DROP FUNCTION test_slow CASCADE");
    await until("the database noticed", async () => (await suite.sql.query(writing)).rowCount === 0);
    assert.equal(await digest(suite.sql, DERIVED), damaged);
    assert.equal((await apply()).code, 0);
    assert.equal(await digest(suite.sql, DERIVED), right);
  });
