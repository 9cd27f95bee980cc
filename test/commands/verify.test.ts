import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type IndexedSuite, indexSuite } from "../support/indexedSuite.ts";
import { digest } from "../support/ledger.ts";
import { byRange, type LyingProxy, type RpcLog, SECRETS, startLyingProxy } from "../support/lyingProxy.ts";
import { seed } from "../support/property.ts";

/** A range read from a second RPC: every way in which it can say something else is told, and nothing is changed. */

const CHAIN = 46_002;

let suite: IndexedSuite;
/** The second RPC. */
let second: LyingProxy;
let head: number;
let stored: string;
before(async () => {
  suite = await indexSuite(CHAIN, seed());
  second = await startLyingProxy(suite.anvil.url);
  head = await suite.anvil.provider.getBlockNumber();
  stored = await digest(suite.sql);
});
after(async () => {
  await second?.stop();
  await suite?.stop();
});
beforeEach(() => {
  second.fault = undefined;
});

const verify = (from = 0, to = head, rpc = second.url) =>
  suite.ledger.here(["verify", `${CHAIN}`, `${from}`, `${to}`, "--rpc", rpc, "--json"]);
/** The block of the only event of its block that this SQL condition finds first. */
async function blockOf(condition: string): Promise<number> {
  const { rows } = await suite.sql.query(
    `SELECT block_number FROM event e WHERE retracted_at IS NULL AND ${condition} ORDER BY seq LIMIT 1`,
  );
  assert.ok(rows[0], condition);
  return Number(rows[0].block_number);
}

test(`a second RPC that says the same (seed ${seed()})`, async () => {
  const { code, stderr, json } = await verify();
  assert.equal(code, 0, stderr);
  const { rows } = await suite.sql.query("SELECT count(*)::int AS live FROM event WHERE retracted_at IS NULL");
  assert.deepEqual([json().blocks, json().events, json().differences, json().shown], [head + 1, rows[0].live, 0, []]);
  assert.equal(await digest(suite.sql), stored);
});

test("an event that says something else, field by field", async () => {
  const block = await blockOf("kind = 'GRANTED'");
  const altered = (log: RpcLog): RpcLog =>
    Number(log.blockNumber) === block
      ? { ...log, data: `${log.data.slice(0, -1)}${log.data.endsWith("5") ? "6" : "5"}` }
      : log;
  second.fault = byRange((logs) => logs.map(altered));
  const { code, json } = await verify(block, block);
  assert.equal(code, 3);
  assert.ok(json().differences > 0);
  for (const { block: at, what, fields } of json().shown) {
    assert.deepEqual([at, what], [block, "differs"]);
    assert.ok(Object.keys(fields).length > 0);
  }
  const [granted] = json().shown.filter(({ fields }: { fields: object }) => "context" in fields);
  assert.deepEqual(Object.keys(granted.fields), ["context"]);
  assert.notEqual(granted.fields.context.here, granted.fields.context.there);
  assert.equal(await digest(suite.sql), stored, "nothing is changed");
});

test("an event that we do not have, and one that only we have", async () => {
  const block = await blockOf("kind = 'GRANTED'");
  const { rows: events } = await suite.sql.query(
    "SELECT * FROM event WHERE retracted_at IS NULL AND block_number = $1",
    [block],
  );
  await suite.sql.query("UPDATE event SET retracted_at = now() WHERE retracted_at IS NULL AND block_number = $1", [
    block,
  ]);
  try {
    const { code, json } = await verify(block, block);
    assert.equal(code, 3);
    assert.deepEqual(
      json().shown.map(({ what }: { what: string }) => what),
      events.map(() => "not here"),
    );
    assert.match(json().shown[0].fields.kind.there, /^[A-Z_]+$/);
  } finally {
    await suite.sql.query("UPDATE event SET retracted_at = NULL WHERE block_number = $1 AND seq = ANY($2)", [
      block,
      events.map(({ seq }) => seq),
    ]);
  }
  const moved = `UPDATE event SET log_index = log_index + $2 WHERE retracted_at IS NULL AND block_number = $1`;
  await suite.sql.query(moved, [block, 1000]);
  const { json } = await verify(block, block);
  await suite.sql.query(moved, [block, -1000]);
  assert.deepEqual(
    json()
      .shown.map(({ what }: { what: string }) => what)
      .sort(),
    events.flatMap(() => ["not here", "not there"]).sort(),
  );
  assert.equal(await digest(suite.sql), stored);
});

test("another block at a height of which we keep the header", async () => {
  const wrong = "ab".repeat(32);
  await suite.sql.query("UPDATE block SET hash = decode($1, 'hex') WHERE number = $2", [wrong, head]);
  const { code, json } = await verify(head - 2, head);
  await suite.sql.query("UPDATE block SET hash = (SELECT indexed_hash FROM chain) WHERE number = $1", [head]);
  assert.equal(code, 3);
  assert.deepEqual(
    json().shown.map(({ block, what, here }: Record<string, unknown>) => [block, what, here]),
    [[head, "another block", `0x${wrong}`]],
  );
});

test("a second RPC that fails for a while is asked again, and one that goes on failing is given up", async () => {
  let failures = 2;
  second.httpFault = (_, response) => {
    if (failures-- <= 0) return false;
    response.writeHead(500).end("{}");
    return true;
  };
  assert.equal((await verify()).code, 0);
  second.httpFault = (_, response) => {
    response.writeHead(500).end("{}");
    return true;
  };
  const { code, stderr } = await verify(0, head, second.urlWithSecrets);
  second.httpFault = undefined;
  assert.equal(code, 1);
  assert.match(stderr, /HTTP 500/);
  for (const secret of SECRETS) assert.ok(!stderr.includes(secret));
});

test("what it refuses: another chain, blocks that are not indexed, ranges that are none", async () => {
  second.fault = (call, answer) => (call.method === "eth_chainId" ? { result: "0x539" } : answer);
  const wrong = await verify();
  assert.deepEqual([wrong.code, /serves chain 1337/.test(wrong.stderr)], [1, true], wrong.stderr);
  second.fault = undefined;
  const beyond = await verify(0, head + 1);
  assert.equal(beyond.code, 1);
  assert.match(beyond.stderr, new RegExp(`is indexed up to block ${head}: name an earlier <to>`));
  assert.equal((await verify(5, 4)).code, 2);
  assert.equal((await verify(0, head, "not a url")).code, 2);
  assert.equal((await suite.ledger.here(["verify", `${CHAIN}`, "0", "1"])).code, 2);
  assert.equal((await suite.ledger.here(["verify", `${CHAIN}`, "0x0", "1", "--rpc", second.url])).code, 2);
});
