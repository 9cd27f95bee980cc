import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { NOW, openWorld, type TestChain, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { access, evaluation } from "./access.ts";

/** Many evaluations whose contexts differ: one moment, and what was known at one. */

describe("many evaluations", () => {
  let postgres: TestPostgres;
  let world: World;
  let chain: TestChain;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    chain = await world.chain(1n);
    await world.chain(2n);
    await chain.mine(
      NOW - 900n,
      [1, 2, 3].map((credential) => ({ credential, record: {} })),
    );
    await world.chains.get(2n)?.mine(NOW - 900n, [{ credential: 4, record: {} }]);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });
  const many = (evaluations: readonly object[]) => access(world, { evaluations }, { path: "evaluations" });

  it("each with a context of its own is answered as it is alone", async () => {
    const all = [
      evaluation(1, 2),
      evaluation(1, 2, { at: Number(NOW - 901n) }),
      evaluation(2, 2, { chain: 1, purpose: 1 }),
      evaluation(4, 2, { chain: 1 }),
      evaluation(4, 2, { chain: 2 }),
      evaluation(1, 2, { finality: "FINALIZED" }),
      evaluation(1, 2, { requireAnchor: true }),
      evaluation(1, 2, { maxLag: 0 }),
      evaluation(1, 2, { knownAt: "2020-01-01T00:00:00Z" }),
      evaluation(1, 2, { at: Number(NOW - 10n) }),
      evaluation(1, 2, { atLeast: { chain: 1, block: 1 } }),
      evaluation(1, 2, { chain: 9 }),
      evaluation(1, 2, undefined, "read_records"),
    ];
    const { status, body } = await many(all);
    assert.equal(status, 200);
    for (const [i, one] of all.entries()) {
      const alone = await access(world, one);
      const said = body.evaluations[i];
      if (alone.status === 400) {
        assert.deepEqual(said.context.error, { status: 400, code: "BAD_INPUT", message: alone.body.detail });
        assert.equal(said.decision, false);
        continue;
      }
      // Those that name other chains and moments know nothing later than the others do; by a name of their own.
      const { knownAt: _one, ...context } = said.context;
      const { knownAt: _other, ...expected } = alone.body.context;
      assert.deepEqual({ ...said, context }, { ...alone.body, context: expected }, JSON.stringify(one));
    }
  });

  it("wait for a block once, and those that ask for what does not come are told so", async () => {
    const [come, never] = [chain.height + 1n, chain.height + 50n].map((block) => ({
      atLeast: { chain: 1, block: Number(block) },
    }));
    const asked = many([evaluation(1, 2), evaluation(7, 2, come), evaluation(1, 2, never)]);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await chain.mine(NOW - 5n, [{ credential: 7, record: {} }]);
    const { status, body } = await asked;
    assert.equal(status, 200);
    const [one, two, three] = body.evaluations;
    assert.deepEqual([one.decision, two.decision, three.decision], [true, true, false]);
    assert.deepEqual([three.context.error.code, three.context.retryAfter], ["NOT_YET_INDEXED", 1]);
  });

  it("know the same: nothing that is learned between two of them is seen by the second", async () => {
    // Both kinds of statement, while grants are revoked one by one in the order in which they are asked about.
    const pairs = Array.from({ length: 12 }, (_, i) => 20 + i);
    await chain.mine(
      NOW - 4n,
      pairs.map((credential) => ({ credential, record: {} })),
    );
    let mining = true;
    const revoke = (async () => {
      for (const credential of pairs) {
        if (!mining) return;
        const revoked = { revokedAt: NOW - 3n, sequence: 2 };
        await chain.mine(NOW - 3n, [{ kind: "REVOKED", credential, record: revoked }]);
      }
    })();
    for (let round = 0; round < 30; round++) {
      const { body } = await many(
        pairs.map((credential, i) => evaluation(credential, 2, i % 2 === 0 ? {} : { maxLag: 9 })),
      );
      const decisions = body.evaluations.map(({ decision }: { decision: boolean }) => decision);
      // The first ones are revoked first: of one knowledge, a revoked one follows no standing one.
      assert.deepEqual(decisions, [...decisions].sort(), JSON.stringify(decisions));
      const blocks = new Set(
        body.evaluations.map(
          (one: { context: { evaluatedAt: { block: number }[] } }) => one.context.evaluatedAt[0]?.block,
        ),
      );
      assert.equal(blocks.size, 1);
    }
    mining = false;
    await revoke;
  });
});
