import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { BehindProxy } from "../support/behindProxy.ts";
import type { Ledger } from "../support/ledger.ts";
import { byRange, type Fault, type LyingProxy, startLyingProxy } from "../support/lyingProxy.ts";
import { seed } from "../support/property.ts";
import { RANGED } from "../support/reading.ts";
import { until } from "../support/wait.ts";

/** History of which ranges are compared between two endpoints, and from its final block on a chain as any other. */

let world: BehindProxy;
/** Another way to the same chain: another endpoint. */
let second: LyingProxy;
before(async () => {
  world = await BehindProxy.start(44_201, seed());
  await world.traffic.empty(20);
  second = await startLyingProxy(world.anvil.url);
});
after(async () => {
  await second?.stop();
  await world?.stop();
});
beforeEach(async () => {
  await world.newLedger();
  world.reading = RANGED;
  second.fault = undefined;
});
afterEach(() => world.endLedger());

/** The ledger is at the head and right, but for the labels, which tell where RANGED ended. */
async function agrees(): Promise<Ledger> {
  const chain = await world.truth();
  const head = chain.blocks.at(-1)?.hash;
  await until("the ledger is at the head", async () => {
    const row = (await world.ledger()).chain;
    return row?.status === "LIVE" && row.indexed_hash === head;
  }).catch((error) => {
    throw new Error(world.problem, { cause: error });
  });
  const ledger = await world.ledger();
  const bare = ledger.events
    .filter(({ retracted_at }) => retracted_at === null)
    .map(({ block_number, block_hash, block_time, tx_index, log_index, tx_hash, kind, credential, context }) => {
      return { block_number, block_hash, block_time, tx_index, log_index, tx_hash, kind, credential, context };
    });
  const expected = chain.events.map(
    ({ block_number, block_hash, block_time, tx_index, log_index, tx_hash, kind, credential, context }) => {
      return { block_number, block_hash, block_time, tx_index, log_index, tx_hash, kind, credential, context };
    },
  );
  assert.deepEqual(bare, expected);
  return ledger;
}

test("up to the final block RANGED, after it linked; with few requests", async () => {
  const { finalized, blocks } = await world.truth();
  let requests = 0;
  world.proxy.httpFault = () => {
    requests++;
    return false;
  };
  world.index(world.proxy.url, second.url);
  const { events, chain, blocks: window } = await agrees();
  assert.ok(finalized < BigInt(blocks.length - 1));
  for (const { block_number, verification } of events)
    assert.equal(verification, block_number <= finalized ? "RANGED" : "LINKED", `block ${block_number}`);
  assert.ok(events.some(({ verification }) => verification === "RANGED"));
  assert.equal(chain?.verification, "RANGED");
  assert.equal(window[0]?.number, finalized, "a reorg is found against every block from the final one on");
  assert.deepEqual(
    window.map(({ hash }) => hash),
    blocks.slice(Number(finalized)).map(({ hash }) => hash),
  );

  // And on, as the chain does.
  const before = requests;
  await world.mineSome();
  await agrees();
  assert.ok(before < 40, `${before} requests for ${blocks.length} blocks`);
});

test("only blocks with events, and the first and last of each range, are asked for in history", async () => {
  const { finalized, events } = await world.truth();
  world.index(world.proxy.url, second.url);
  await agrees();
  const withEvents = new Set(events.filter((e) => e.block_number <= finalized).map((e) => e.block_number)).size;
  const all = [world.proxy, second].reduce((sum, { served }) => sum + (served.get("eth_getBlockByNumber") ?? 0), 0);
  const linked = (await world.truth()).blocks.length - Number(finalized);
  // Three for each look at the head.
  assert.ok(all < withEvents + linked + 3 * 60, `${all} headers for ${withEvents} blocks with events`);
});

const DIFFERENCES: Record<string, { fault: Fault; says: RegExp }> = {
  "keeps a log back": { fault: byRange((logs) => logs.slice(1)), says: /is in the first one's answer alone/ },
  "has a log more": {
    fault: byRange((logs) => [...logs, ...logs.slice(-1).map((log) => ({ ...log, logIndex: "0x63" }))]),
    says: /the second has 1 more, the first of them in block \d+/,
  },
  "says other data": {
    fault: byRange((logs) => logs.map((log) => ({ ...log, data: `${log.data.slice(0, -1)}7` }))),
    says: /do not give the same logs/,
  },
  "is on another branch": {
    fault: byRange((logs) => logs.map((log) => ({ ...log, blockHash: `0x${"ab".repeat(32)}` }))),
    says: /do not give the same logs/,
  },
};
for (const [name, { fault, says }] of Object.entries(DIFFERENCES))
  test(`nothing is written while one of two endpoints ${name}`, async () => {
    second.fault = fault;
    world.index(world.proxy.url, second.url);
    await until("it says so", () => says.test(world.problem));
    assert.deepEqual((await world.ledger()).events, []);
    second.fault = undefined;
    await agrees();
  });

test("what both say and the header does not is refused: the time of a block, whose hash is recomputed", async () => {
  const { events, finalized } = await world.truth();
  const at = events[0]?.block_number ?? 0n;
  assert.ok(at > 0n && at < finalized);
  const number = `0x${at.toString(16)}`;
  world.proxy.fault = (call, answer) => {
    const header = answer.result as { timestamp: string; number: string } | null;
    return call.method === "eth_getBlockByNumber" && header?.number === number
      ? { result: { ...header, timestamp: "0x1" } }
      : answer;
  };
  world.index(world.proxy.url, second.url);
  await until("it says so", () => world.problem.includes(`block ${number}: it claims hash`));
  world.proxy.fault = undefined;
  await agrees();
});

test("interrupted in the middle of its history it goes on from there", async () => {
  let limit = 10;
  const slow: Fault = (call, answer) => {
    const [filter] = call.params as [{ fromBlock?: string; toBlock?: string }];
    return call.method === "eth_getLogs" && Number(filter.toBlock) - Number(filter.fromBlock) >= limit
      ? { error: { code: -32602, message: "query exceeds max block range" } }
      : answer;
  };
  world.proxy.fault = slow;
  world.index(world.proxy.url, second.url);
  await until("it is on its way", async () => ((await world.ledger()).chain?.indexed_number ?? 0n) > 0n);
  await world.stopIndexing();
  limit = 3;
  world.index(world.proxy.url, second.url);
  await agrees();
});
