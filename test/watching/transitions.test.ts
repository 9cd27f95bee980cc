import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { readBehind } from "../../indexer/ledger/transitions/progress.ts";
import { takeStep } from "../../indexer/ledger/transitions/step.ts";
import { openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { expectedFeeds, line, type Said } from "./oracle.ts";
import { storedFeed } from "./storedFeed.ts";
import { FeedTraffic } from "./traffic.ts";

describe("transitions of random histories with reorgs", () => {
  let postgres: TestPostgres;
  before(async () => {
    postgres = await startTestPostgres();
  });
  after(async () => {
    for (const { world, sql } of opened) await Promise.all([world.close(), sql.end()]);
    await postgres?.stop();
  });
  const opened: { world: World; sql: pg.Client }[] = [];

  async function play(drawn: number, often: number): Promise<{ world: World; sql: pg.Client }> {
    const random = createRandom(drawn);
    const world = await openWorld(postgres);
    const sql = new pg.Client({ connectionString: world.databaseUrl });
    await sql.connect();
    opened.push({ world, sql });
    const chains = [];
    for (const id of [1n, 2n])
      chains.push(
        new FeedTraffic(
          world,
          await world.chain(id, undefined, ["AccessGrants", "CredentialRegistry", "EntityRegistry", "AccessManager"]),
          random,
        ),
      );
    for (let round = 0; round < 70; round++) {
      for (const chain of chains) await chain.act();
      if (random.chance(often)) await takeAll(sql);
    }
    for (const chain of chains) await chain.settle();
    await takeAll(sql);
    return { world, sql };
  }

  async function takeAll(sql: pg.Client): Promise<void> {
    for (let behind = await readBehind(sql); behind.length > 0; behind = await readBehind(sql))
      for (const chain of behind) await takeStep(sql, chain);
  }

  const lines = (feed: readonly Said[]): string[] => feed.map((said) => `${said.moment} ${line(said)}`);

  for (const often of [0, 0.3, 1])
    it(`are those of the rule of time, second by second, when taken in ${often === 0 ? "at the end" : `in ${often} of the rounds`}`, async () => {
      const drawn = seed() + Math.round(often * 10);
      const { sql } = await play(drawn, often);
      const seen = new Set<string>();
      for (const [chain, expected] of await expectedFeeds(sql)) {
        const stored = await storedFeed(sql, chain);
        assert.deepEqual(lines(stored), lines(expected), `GRANTLEDGER_SEED=${seed()}`);
        for (const { what, kind } of stored) seen.add(what).add(kind);
      }
      // A history in which nothing happens would agree with everything.
      for (const word of [
        "TRANSITION",
        "TRANSITION_RETRACTED",
        "EVENT_RETRACTED",
        "BECAME_ACTIVE",
        "ENDED_ACTIVE",
        "ENDED",
      ])
        assert.ok(seen.has(word), `${word}; GRANTLEDGER_SEED=${seed()}`);
      const { rows } = await sql.query(PENDING_SQL);
      assert.deepEqual(rows, [], "what is pending is what the derived tables say of the future");
    });
});

/** Where what is pending differs from what `access_grant` says will change after the newest block. */
const PENDING_SQL = `
  WITH due AS (
    SELECT g.credential, g.grantee, g.purpose, g.chain_id, g.contract, min(t.at) AS at
      FROM access_grant g JOIN chain c USING (chain_id)
     CROSS JOIN LATERAL (VALUES
       (LEAST(g.not_before, grant_active_end(g.expires_at, g.revoked_at, g.parent_end))),
       (grant_active_end(g.expires_at, g.revoked_at, g.parent_end)),
       (grant_access_end(g.not_before, g.expires_at, g.locked_until, g.revoked_at, g.retention, g.parent_end, g.hold_until))
     ) t (at)
     WHERE t.at > c.indexed_time AND t.at < 9223372036854775807 AND g.granted_at <> 0
       AND grant_state(g.granted_at, g.not_before, g.expires_at, g.locked_until, g.revoked_at, g.retention, g.parent_end, g.hold_until, t.at)
        <> grant_state(g.granted_at, g.not_before, g.expires_at, g.locked_until, g.revoked_at, g.retention, g.parent_end, g.hold_until, t.at - 1)
     GROUP BY 1, 2, 3, 4, 5)
  SELECT d.at AS due, p.at AS pending FROM due d
    FULL JOIN pending_transition p USING (credential, grantee, purpose, chain_id, contract)
   WHERE d.at IS DISTINCT FROM p.at`;
