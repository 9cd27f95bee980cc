import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { address, bytes32, NOW, openWorld, type TestChain, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { access, evaluation, playAccess } from "./access.ts";

/** What of a request means what, and what of an answer is said how. */

describe("a request", () => {
  let postgres: TestPostgres;
  let world: World;
  let one: TestChain;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    one = await world.chain(1n);
    await world.chain(2n);
    await one.mine(NOW - 900n, [{ record: { expiresAt: NOW + 1000n } }, { credential: 2, purpose: 3, record: {} }], {
      ...{ safe: 1n, final: 1n },
    });
    await one.mine(NOW - 100n, [{ credential: 3, record: {} }], { safe: 1n, final: 1n, head: 5n });
    await world.chains.get(2n)?.mine(NOW - 900n, [{ credential: 4, record: {} }]);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const decides = async (request: object): Promise<[boolean, string]> => {
    const { status, body } = await access(world, request);
    assert.equal(status, 200, JSON.stringify(body));
    return [body.decision, body.context.reason];
  };
  const refused = async (request: object): Promise<string> => {
    const { status, body } = await access(world, request);
    assert.deepEqual([status, body.code], [400, "BAD_INPUT"], JSON.stringify(body));
    return body.detail;
  };

  it("of what is not known here is denied", async () => {
    const known = evaluation(1, 2);
    assert.deepEqual(await decides(known), [true, "ACTIVE"]);
    for (const [change, reason] of [
      [{ subject: { ...known.subject, type: "user" } }, "UNKNOWN_SUBJECT_TYPE"],
      [{ subject: { ...known.subject, type: "Institution" } }, "UNKNOWN_SUBJECT_TYPE"],
      [{ action: { name: "write" } }, "UNKNOWN_ACTION"],
      [{ action: { name: "READ" } }, "UNKNOWN_ACTION"],
      [{ resource: { ...known.resource, type: "document" } }, "UNKNOWN_RESOURCE_TYPE"],
    ] as const)
      assert.deepEqual(await decides({ ...known, ...change }), [false, reason]);
  });

  it("names an account, on every chain or on one", async () => {
    const asked = (id: string, context?: object) => ({
      ...evaluation(4, 2, context),
      subject: { type: "institution", id },
    });
    assert.deepEqual(await decides(asked(address(2))), [true, "ACTIVE"]);
    assert.deepEqual(await decides(asked(`eip155:2:${address(2)}`)), [true, "ACTIVE"]);
    assert.deepEqual(await decides(asked(`eip155:1:${address(2)}`)), [false, "NO_GRANT"]);
    assert.deepEqual(await decides(asked(`eip155:2:${address(2)}`, { chain: 2 })), [true, "ACTIVE"]);
    assert.match(await refused(asked(`eip155:2:${address(2)}`, { chain: "eip155:1" })), /context\.chain/);
    assert.match(await refused(asked(`eip155:7:${address(2)}`)), /eip155:7 is not indexed/);
  });

  for (const [where, request] of [
    ["subject.id", { subject: { type: "institution", id: "alice" } }],
    ["subject.id", { subject: { type: "institution", id: "0xA4524Eb037e747725817d133A9f970ca8cD92668" } }],
    ["subject.id", { subject: { type: "institution", id: `eip155:0:${address(2)}` } }],
    ["resource.id", { resource: { type: "credential", id: "0x01" } }],
    ["resource.id", { resource: { type: "credential", id: `${bytes32(1)}0` } }],
    ["context.purpose", { context: { purpose: 0 } }],
    ["context.purpose", { context: { purpose: 65_536 } }],
    ["context.purpose", { context: { purpose: "1" } }],
    ["context.chain", { context: { chain: "solana:1" } }],
    ["context.at", { context: { at: 1_800_000_000_000 } }],
    ["context.at", { context: { at: "2026-02-30" } }],
    ["context.knownAt", { context: { knownAt: "yesterday" } }],
    ["knownAt", { context: { knownAt: "2100-01-01T00:00:00Z" } }],
    ["context.atLeast", { context: { atLeast: { chain: 1 } } }],
    ["context.atLeast", { context: { atLeast: { chain: 1, block: "9999999999999999999" } } }],
    ["atLeast", { context: { atLeast: { chain: 9, block: 1 } } }],
    ["context.finality", { context: { finality: "final" } }],
    ["context.maxLag", { context: { maxLag: -1 } }],
    ["context.requireAnchor", { context: { requireAnchor: "true" } }],
    ["context.require_anchor", { context: { require_anchor: true } }],
    ["context.RequireAnchor", { context: { RequireAnchor: true } }],
    ["context.max-lag", { context: { "max-lag": 0 } }],
    ["context.atleast", { context: { atleast: { chain: 1, block: 2 } } }],
    ["receipt", { options: { receipt: true } }],
  ] as const)
    it(`400: ${where} ${JSON.stringify(request).slice(0, 80)}`, async () => {
      const detail = await refused({ ...evaluation(1, 2), ...request });
      assert.ok(detail.startsWith(where), detail);
    });

  it("asks what its context says", async () => {
    for (const [credential, context, expected] of [
      [1, { purpose: 1 }, [true, "ACTIVE"]],
      [1, { purpose: 3 }, [false, "NO_GRANT"]],
      [2, { purpose: 3 }, [true, "ACTIVE"]],
      [1, { at: Number(NOW - 901n) }, [false, "NO_GRANT"]],
      [1, { at: "2027-01-15T07:59:00Z" }, [true, "ACTIVE"]],
      [1, { at: Number(NOW + 1n) }, [false, "AT_IN_FUTURE"]],
      [3, { finality: "LATEST" }, [true, "ACTIVE"]],
      [3, { chain: 1, finality: "FINALIZED" }, [false, "NO_GRANT"]],
      [1, { chain: 1, finality: "FINALIZED" }, [true, "ACTIVE"]],
      [1, { finality: "SAFE" }, [true, "ACTIVE"]],
      [1, { chain: 1, maxLag: 2 }, [false, "CHAIN_LAGS"]],
      [1, { chain: 1, maxLag: "3" }, [true, "ACTIVE"]],
      [1, { knownAt: "2020-01-01T00:00:00Z" }, [false, "NO_CHAIN"]],
      [1, { atLeast: { chain: "eip155:1", block: 2 } }, [true, "ACTIVE"]],
      [1, { requireAnchor: true }, [false, "CREDENTIAL_NOT_ANCHORED"]],
      [1, { requireAnchor: false }, [true, "ACTIVE"]],
    ] as const)
      assert.deepEqual(await decides(evaluation(credential, 2, context)), expected, JSON.stringify(context));
  });

  it("for a block still to come is to be asked again", async () => {
    const { status, headers, body } = await access(world, evaluation(1, 2, { atLeast: { chain: 1, block: 99 } }));
    assert.deepEqual([status, headers.get("retry-after"), body.code], [503, "1", "NOT_YET_INDEXED"]);
  });
});

describe("an answer", () => {
  let postgres: TestPostgres;
  let world: World;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    await playAccess(world);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  it("says all that GraphQL's says", async () => {
    const decisions: string[] = [];
    for (const credential of [1, 6, 7, 8, 9]) {
      const { check } = await world.ask(
        `{ check(credential: "${bytes32(credential)}", grantee: "${address(2)}") {
          decision state reason decidedBy explanation purpose validUntil knownAt
          evaluatedAt { chain status verification time block blockHash blockTime finality } } }`,
      );
      const { body } = await access(world, evaluation(credential, 2));
      const { decision: outcome, ...rest } = check;
      const said = Object.fromEntries(Object.entries({ outcome, ...rest }).filter(([, value]) => value !== null));
      assert.deepEqual(body.context, said);
      assert.equal(body.decision, outcome === "ALLOWED");
      decisions.push(check.reason);
    }
    assert.deepEqual(decisions, ["CREDENTIAL_SUPERSEDED", "NO_GRANT", "ACTIVE", "RECORD_KEEPING_ONLY", "NO_GRANT"]);
  });

  it("that cannot be given denies, says why, and when to ask again if that helps", async () => {
    world.now += 61n;
    try {
      const { status, headers, body } = await access(world, evaluation(1, 2));
      assert.equal(status, 200);
      const { outcome, reason, state, validUntil, retryAfter } = body.context;
      assert.deepEqual([body.decision, outcome, reason], [false, "INDETERMINATE", "CHAIN_STALE"]);
      assert.deepEqual([state, validUntil], [undefined, undefined]);
      assert.equal(headers.get("retry-after"), String(retryAfter));
      assert.ok(retryAfter > 0);
    } finally {
      world.now -= 61n;
    }
    const quarantined = [...world.chains.values()][0];
    await quarantined?.writer.quarantine("it contradicted itself");
    const { headers, body } = await access(world, evaluation(1, 2));
    assert.deepEqual([body.decision, body.context.reason], [false, "CHAIN_QUARANTINED"]);
    assert.equal(headers.get("retry-after"), null);
  });
});
