import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { address, bytes32, openWorld, type World } from "./world.ts";

const CHECK = `query ($credential: Bytes32!, $grantee: Address!, $purpose: Int, $use: ReadUse, $at: UnixTime, $chain: ChainId) {
  check(credential: $credential, grantee: $grantee, purpose: $purpose, use: $use, at: $at, chain: $chain) { decision }
}`;

describe("a check asked wrongly", () => {
  let postgres: TestPostgres;
  let world: World;
  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    await world.chain(1n);
  });
  after(async () => {
    await world?.close();
    await postgres?.stop();
  });

  it("refuses a chain it does not know", async () => {
    const failure = await world.fail(CHECK, { credential: bytes32(1), grantee: address(2), chain: "eip155:77" });
    assert.equal(failure.code, "BAD_INPUT");
    assert.match(failure.message, /eip155:77 is not indexed/);
  });

  it("refuses arguments that are none, as variables and in the text", async () => {
    const good = { credential: bytes32(1), grantee: address(2) };
    for (const bad of [
      { credential: "0x12" },
      { credential: null },
      { grantee: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed" },
      { purpose: 0 },
      { purpose: -1 },
      { purpose: 65_536 },
      { purpose: 2 ** 40 },
      { purpose: "1" },
      { use: "FUN" },
      { at: 1_800_000_000_000 },
      { at: "yesterday" },
      { chain: "bitcoin" },
    ]) {
      assert.equal((await world.fail(CHECK, { ...good, ...bad })).code, "BAD_INPUT", JSON.stringify(bad));
    }
    for (const text of [
      "{",
      "{ check }",
      "{ nothing }",
      `{ check(credential: "0x12", grantee: "${address(1)}") { state } }`,
    ])
      assert.equal((await world.fail(text)).code, "BAD_INPUT", text);
    assert.match((await world.fail(CHECK, { ...good, at: 1_800_000_000_000 })).message, /milliseconds/);
  });
});
