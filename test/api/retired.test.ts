import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { retireChain } from "../../indexer/ledger/holdChain.ts";
import { connect } from "../support/ledger.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { credentialEvent } from "./suite.ts";
import { address, bytes32, NOW, openWorld, SUITE, type World } from "./world.ts";

/** A chain that is no longer followed: it allows nothing, its silence says nothing, and what is for good stays so. */

describe("a retired chain", () => {
  let postgres: TestPostgres;
  let world: World;

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    const kept = await world.chain(1n, "Kept", SUITE);
    const gone = await world.chain(2n, "Gone", SUITE);
    // Credential 1: a grant on each; 2: a grant on the one to be retired alone; 3: granted here, revoked by its issuer there.
    await kept.mine(NOW - 100n, [
      { credential: 1, record: {} },
      { credential: 3, record: {} },
    ]);
    await gone.mine(NOW - 100n, [
      { credential: 1, record: {} },
      { credential: 2, record: {} },
      credentialEvent("CredentialRevoked", { credential: 3, reason: 1, record: { revokedAt: NOW - 100n } }),
    ]);
    await gone.writer.close();
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  const check = async (credential: number, more = "") => {
    const query = `{ check(credential: "${bytes32(credential)}", grantee: "${address(2)}"${more}) { decision reason explanation } }`;
    return (await world.ask(query)).check as { decision: string; reason: string; explanation: string };
  };
  const decision = async (credential: number, more = ""): Promise<string[]> => {
    const { decision, reason } = await check(credential, more);
    return [decision, reason];
  };
  const readiness = async () => (await fetch(`${world.api.url}/ready`)).status;

  it("before: whatever is not followed any more makes every answer uncertain, for ever", async () => {
    world.now += 1_000n;
    await world.chains.get(1n)?.confirm();
    assert.deepEqual(await decision(1), ["INDETERMINATE", "CHAIN_STALE"], "a revocation there is not known");
    assert.deepEqual(await decision(9), ["INDETERMINATE", "CHAIN_STALE"]);
    assert.equal(await readiness(), 503);
  });

  it("after: the others answer again", async () => {
    const client = await connect(world.databaseUrl);
    try {
      await client.query("BEGIN");
      await retireChain(client, 2n, { text: "its operators shut it down", by: "the test" });
      await client.query("COMMIT");
    } finally {
      await client.end();
    }
    assert.deepEqual(await decision(1), ["ALLOWED", "ACTIVE"]);
    assert.deepEqual(await decision(9), ["DENIED", "NO_GRANT"]);
    assert.equal(await readiness(), 200);
  });

  it("never allows by itself, and does not deny what it would have allowed", async () => {
    assert.deepEqual(await decision(2), ["INDETERMINATE", "CHAIN_RETIRED"]);
    assert.match((await check(2)).explanation, /eip155:2 is no longer followed here/);
    assert.deepEqual(await decision(1, ', chain: "eip155:2"'), ["INDETERMINATE", "CHAIN_RETIRED"]);
    assert.deepEqual(await decision(9, ', chain: "eip155:2"'), ["INDETERMINATE", "CHAIN_RETIRED"]);
  });

  it("a revocation that it told stays one", async () => {
    assert.deepEqual(await decision(3), ["DENIED", "CREDENTIAL_REVOKED"]);
  });

  it("is listed with its status, and its events stay in the trail", async () => {
    const { chains, auditTrail } = await world.ask(
      '{ chains { chain status } auditTrail(filter: { chain: "eip155:2" }) { nodes { kind } } }',
    );
    assert.deepEqual(chains, [
      { chain: "eip155:1", status: "LIVE" },
      { chain: "eip155:2", status: "RETIRED" },
    ]);
    assert.equal(auditTrail.nodes.length, 3);
  });
});
