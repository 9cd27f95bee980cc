import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { openKeyring } from "../access/keyring.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { startReplica, type TestReplica } from "../support/replica.ts";
import { startRoundRobin } from "../support/roundRobin.ts";
import { sleepMs, until } from "../support/wait.ts";
import { address, bytes32, NOW, openWorld, type TestChain, type World } from "./world.ts";

/** Reads that go to a real streaming replica which lags: an answer may wait, or be refused, and is never an older one. */

const WHO = `credential: "${bytes32(1)}", grantee: "${address(2)}"`;
const REVOKED = { kind: "REVOKED", code: 2 } as const;

describe("answers from a replica", () => {
  let postgres: TestPostgres;
  let replica: TestReplica;
  let world: World;
  let chain: TestChain;
  let sequence = 0;

  before(async () => {
    postgres = await startTestPostgres({ settings: ["wal_keep_size=256MB"] });
    replica = await startReplica(postgres);
    world = await openWorld(postgres, { readFrom: replica.urlOf });
    chain = await world.chain(1n);
    await grant();
  });
  after(async () => {
    await world?.close();
    await replica?.stop();
    await postgres?.stop();
  });

  /** A block with the grant's next change. */
  const grant = () => chain.mine(NOW, [{ record: { grantedAt: NOW - 1000n, sequence: ++sequence } }]);
  const revoke = () => chain.mine(NOW, [{ ...REVOKED, record: { revokedAt: NOW, sequence: ++sequence } }]);
  const check = (more = "") => `{ check(${WHO}${more}) { decision reason evaluatedAt { block } knownAt } }`;
  const atLeast = (block: bigint) => `, atLeast: {chain: 1, block: ${block}}`;

  it("are read there, and only there", async () => {
    await replica.caughtUp();
    await replica.pause();
    try {
      const before = chain.height;
      await grant();
      const { evaluatedAt } = (await world.ask(check())).check;
      assert.equal(evaluatedAt[0].block, Number(before), "the block that was mined since is not seen");
    } finally {
      await replica.resume();
    }
  });

  it("with atLeast: the caller's own transaction is known, or the answer is refused", async () => {
    await replica.caughtUp();
    await replica.pause();
    await revoke();
    const own = chain.height;
    try {
      const { check: old } = await world.ask(check());
      assert.equal(old.decision, "ALLOWED", "what an answer without atLeast says");
      const refused = await world.fail(check(atLeast(own)));
      assert.deepEqual([refused.code, refused.status], ["NOT_YET_INDEXED", 503]);
      // Waited for: asked before it arrives, answered after.
      const waiting = world.ask(check(atLeast(own)));
      await replica.resume();
      const { check: answer } = await waiting;
      assert.deepEqual([answer.decision, answer.evaluatedAt[0].block], ["DENIED", Number(own)]);
    } finally {
      await replica.resume();
    }
  });

  it("with the knownAt of an answer from elsewhere: that answer to the byte, or none", async () => {
    const primary = await openOn(world.databaseUrl);
    try {
      await replica.caughtUp();
      await replica.pause();
      await grant();
      const body = await primary.text(check());
      const { knownAt } = JSON.parse(body).data.check;
      assert.equal((await world.fail(check(`, knownAt: "${knownAt}"`))).code, "NOT_YET_INDEXED");
      for (const query of [
        `{ chains(knownAt: "${knownAt}") { name } }`,
        `{ grants(knownAt: "${knownAt}") { nodes { id } } }`,
        `{ whoCanRead(credential: "${bytes32(1)}", knownAt: "${knownAt}") { nodes { grantee } } }`,
        `{ auditTrail(knownAt: "${knownAt}", last: 1) { nodes { id } } }`,
        `{ checkMany(checks: [{${WHO}}], knownAt: "${knownAt}") { answers { id } } }`,
      ])
        assert.equal((await world.fail(query)).code, "NOT_YET_INDEXED", query);
      const waiting = world.post({ query: check(`, knownAt: "${knownAt}"`) });
      await replica.resume();
      assert.equal(await (await waiting).text(), body);
    } finally {
      await replica.resume();
      await primary.stop();
    }
  });

  it("by what was known at a moment of the clock: only when something newer has arrived", async () => {
    const primary = await openOn(world.databaseUrl);
    const clock = (micros: bigint) => new Date(Number(micros / 1000n)).toISOString();
    try {
      world.now += 5n;
      await chain.confirm();
      await replica.caughtUp();
      await replica.pause();
      world.now += 20n;
      await revoke();
      const then = clock((world.now - 10n) * 1_000_000n);
      assert.equal((await world.fail(check(`, knownAt: "${then}"`))).code, "NOT_YET_INDEXED");
      const earlier = clock((world.now - 22n) * 1_000_000n);
      assert.equal((await world.ask(check(`, knownAt: "${earlier}"`))).check.decision, "ALLOWED");
      await replica.resume();
      await replica.caughtUp();
      for (const moment of [then, earlier]) {
        const query = check(`, knownAt: "${moment}"`);
        assert.equal(await (await world.post({ query })).text(), await primary.text(query), moment);
      }
    } finally {
      await replica.resume();
      await primary.stop();
    }
  });

  it("stop being certain when the replica lags for longer than a node may be silent", async () => {
    await grant();
    await replica.caughtUp();
    await replica.pause();
    try {
      await revoke();
      world.now += 61n;
      await chain.confirm();
      assert.deepEqual(await pickDecision(), ["INDETERMINATE", "CHAIN_STALE"]);
      const ready = await fetch(`${world.api.url}/ready`);
      assert.equal(ready.status, 503);
    } finally {
      await replica.resume();
    }
    await replica.caughtUp();
    assert.equal((await pickDecision())[0], "DENIED");
  });

  it("keys are looked up in the primary, so that one which was revoked stops whatever the lag", async () => {
    const guarded = await openWorld(postgres, { readFrom: replica.urlOf, access: { keys: true, log: true } });
    const keys = await openKeyring(guarded.databaseUrl);
    try {
      await guarded.chain(1n);
      await replica.caughtUp();
      await replica.pause();
      const { id, key } = await keys.make("AUDITOR");
      const status = async (): Promise<number> => (await guarded.post({ query: "{ chains { name } }" }, key)).status;
      assert.equal(await status(), 200, "made since the replica stands still");
      await keys.revoke(id);
      await until("the key is refused", async () => (await status()) === 401, { withinMs: 10_000 });
    } finally {
      await replica.resume();
      await keys.close();
      await guarded.close();
    }
  });

  const pickDecision = async (): Promise<[string, string]> => {
    const { decision, reason } = (await world.ask(check())).check;
    return [decision, reason];
  };

  /** An API on another database, or the same by another way. */
  const openOn = async (databaseUrl: string, readDatabaseUrl?: string) => {
    const { startApi } = await import("../../indexer/api/server.ts");
    const { default: pino } = await import("pino");
    const api = await startApi({
      ...{ databaseUrl, readDatabaseUrl, host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 60 },
      clock: () => Number(world.now) * 1000,
      log: pino({ level: "silent" }),
    });
    const text = async (query: string): Promise<string> => {
      const response = await fetch(`${api.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query }),
      });
      return response.text();
    };
    return { text, stop: () => api.stop() };
  };

  describe("behind a balancer, with another replica that is older", () => {
    const HISTORY = `{ check(${WHO}) {
      grants { record { sequence } blockNumber history(last: 1) { nodes { change blockNumber } evaluatedAt { block } } }
      evaluatedAt { block }
    } }`;
    const AT_ONCE = 24;
    let older: TestReplica;
    before(async () => {
      older = await startReplica(postgres);
    });
    after(() => older?.stop());

    /** How many of the answers to many questions had parts of different moments, and how many were whole. */
    const ask = async (times: number): Promise<{ torn: number; whole: number; refused: number }> => {
      await Promise.all([replica.caughtUp(), older.caughtUp()]);
      await older.pause();
      const balancer = await startRoundRobin([replica.port, older.port]);
      const url = new URL(world.databaseUrl);
      url.port = String(balancer.port);
      const api = await openOn(world.databaseUrl, url.href);
      const counts = { torn: 0, whole: 0, refused: 0 };
      try {
        await grant();
        await replica.caughtUp();
        const one = async (): Promise<void> => {
          const { data, errors } = JSON.parse(await api.text(HISTORY));
          if (errors !== undefined) {
            assert.equal(errors[0].extensions.code, "NOT_YET_INDEXED");
            counts.refused += 1;
            return;
          }
          const block = data.check.evaluatedAt[0].block;
          const [shown] = data.check.grants;
          const [event] = shown.history.nodes;
          const together = event?.blockNumber === block && event?.change === shown.record.sequence;
          counts[together && shown.history.evaluatedAt[0]?.block === block ? "whole" : "torn"] += 1;
        };
        // More at once than there are connections, so that the parts of an answer come by different ones.
        for (let i = 0; i < times; i += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, one));
      } finally {
        await api.stop();
        await balancer.stop();
        await older.resume();
      }
      return counts;
    };

    it("every answer is of one moment, though its parts come by different ways", async () => {
      const { torn, whole } = await ask(120);
      assert.equal(torn, 0);
      assert(whole > 0);
    });

    it("which the guard of snapshots sees to: without it some are torn", async () => {
      const client = new pg.Client({ connectionString: world.databaseUrl });
      await client.connect();
      try {
        const { rows } = await client.query("SELECT pg_get_functiondef('snapshot_knows'::regproc) AS guard");
        await client.query(
          "CREATE OR REPLACE FUNCTION snapshot_knows(moments JSONB) RETURNS BOOLEAN LANGUAGE sql STABLE RETURN true",
        );
        const { torn } = await ask(120);
        await client.query(rows[0].guard);
        assert(torn > 0, "no answer was torn: the test above shows nothing");
      } finally {
        await client.end();
      }
    });
  });

  it("never go back behind the caller's own transaction, whatever the lag and the connections do", async (t) => {
    const random = createRandom(seed());
    t.diagnostic(`seed ${seed()}`);
    const lagging = await startReplica(postgres, ["recovery_min_apply_delay=120ms"]);
    const api = await openOn(world.databaseUrl, lagging.urlOf(world.databaseUrl));
    let answered = 0;
    try {
      await lagging.caughtUp();
      for (let i = 0; i < 25; i++) {
        const allowed = random.int(2) === 0;
        await (allowed ? grant() : revoke());
        const own = chain.height;
        const asked = Promise.all([1, 2, 3].map(() => api.text(check(atLeast(own)))));
        if (random.int(3) === 0) await lagging.cutConnections();
        if (random.int(3) === 0) await sleepMs(random.int(100));
        for (const text of await asked) {
          const { data, errors } = JSON.parse(text);
          if (errors !== undefined) {
            assert.match(errors[0].extensions.code, /^(NOT_YET_INDEXED|RETRYABLE)$/);
            continue;
          }
          answered += 1;
          assert(data.check.evaluatedAt[0].block >= Number(own));
          assert.equal(data.check.decision, allowed ? "ALLOWED" : "DENIED");
        }
      }
      assert(answered > 20, `${answered} answers`);
    } finally {
      await api.stop();
      await lagging.stop();
    }
  });
});
