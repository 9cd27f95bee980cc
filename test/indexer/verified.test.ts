import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { headerHash } from "../../indexer/evidence/header.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import { BehindProxy } from "../support/behindProxy.ts";
import {
  block,
  both,
  byHash,
  byRange,
  type Fault,
  type RpcBlock,
  type RpcLog,
  type RpcReceipt,
  receipts,
} from "../support/lyingProxy.ts";
import { assertPrefix } from "../support/oracle.ts";
import { seed } from "../support/property.ts";
import { LINKED, VERIFIED } from "../support/reading.ts";
import { until } from "../support/wait.ts";

/**
 * Nodes that lie about what happened. VERIFIED lets none of it in, and goes on when the node tells the truth. LINKED lets
 * some of it in: that is what the mode means, and why each lie is one that matters.
 */

let world: BehindProxy;
before(async () => {
  world = await BehindProxy.start(44_101, seed());
  // A transaction with many logs of ours.
  await world.traffic.mine(world.traffic.grantMany(3, 5_000, 5));
});
after(() => world?.stop());
beforeEach(() => world.newLedger());
afterEach(() => world.endLedger());

let fresh = 5_000;
const GRANTED = AccessGrants__factory.createInterface().getEvent("Granted").topicHash;
const ZERO_BLOOM = `0x${"0".repeat(512)}`;
const last = <T>(list: readonly T[]): T => list.at(-1) as T;

/** Alters the logs of every answer that has some: ranges, blocks and receipts. */
function logs(alter: (logs: RpcLog[]) => RpcLog[]): Fault {
  const some = (list: RpcLog[]): RpcLog[] => (list.length === 0 ? list : alter(list));
  // Of receipts, those of each block together: they count their logs through.
  const inReceipts = receipts((all) => all.map((receipt) => ({ ...receipt, logs: some(receipt.logs) })));
  return both(both(byRange(some), byHash(some)), inReceipts);
}

const otherDigit = (hex: string): string => hex.slice(0, -1) + (hex.endsWith("1") ? "2" : "1");

const invented = logs((all) => {
  const log = last(all);
  return [
    ...all,
    { ...log, topics: [`0x${"1e".repeat(32)}`], logIndex: `0x${(Number(log.logIndex) + 1).toString(16)}` },
  ];
});
/**
 * The last word of what Granted says is the context, which nothing else depends on. That of other events can be the whole
 * record, and a sequence that has a gap is noticed in every mode.
 */
const altered = logs((all) =>
  all.map((log) => (log.topics[0] === GRANTED ? { ...log, data: otherDigit(log.data) } : log)),
);
/** Of each transaction with several, each in the place of another. */
const reordered = logs((all) =>
  all.map((log) => {
    const together = all.filter(({ transactionHash }) => transactionHash === log.transactionHash);
    const { topics, data } = together[together.length - 1 - together.indexOf(log)] as RpcLog;
    return { ...log, topics, data };
  }),
);
const hidden = logs(() => []);
const clearedBlooms = block((header) => ({ ...header, logsBloom: ZERO_BLOOM }));
const inReceipts = (alter: (receipt: RpcReceipt) => RpcReceipt): Fault => receipts((all) => all.map(alter));

const ROOT = /its \d+ receipts have root 0x[0-9a-f]{64}, its header says 0x/;
const HASH = /it claims hash 0x[0-9a-f]{64}, its fields hash to 0x/;

/** `linked`: what LINKED makes of the same lie. */
const LIES: Record<string, { fault: Fault; refused: RegExp; linked: "lets it in" | "is not touched" | "refuses" }> = {
  "an invented log": { fault: invented, refused: ROOT, linked: "lets it in" },
  "altered data": { fault: altered, refused: ROOT, linked: "lets it in" },
  "logs in each other's place": { fault: reordered, refused: ROOT, linked: "lets it in" },
  "a hidden log, and bloom filters cleared to go with it": {
    fault: both(hidden, clearedBlooms),
    refused: HASH,
    linked: "lets it in",
  },
  // Asked again by its hash the block still has none, and in history that is believed.
  "a hidden log that the bloom filter announces": { fault: hidden, refused: ROOT, linked: "lets it in" },
  "hidden logs, and the receipts' bloom filters cleared": {
    fault: both(
      hidden,
      inReceipts((receipt) => ({ ...receipt, logsBloom: ZERO_BLOOM })),
    ),
    refused: ROOT,
    linked: "lets it in",
  },
  "the receipts of another block": {
    fault: async (call, answer) =>
      call.method === "eth_getBlockReceipts"
        ? { result: await world.anvil.send("eth_getBlockReceipts", `0x${world.traffic.startBlock.toString(16)}`) }
        : answer,
    refused: ROOT,
    linked: "is not touched",
  },
  "receipts without the last": { fault: receipts((all) => all.slice(0, -1)), refused: ROOT, linked: "is not touched" },
  "no receipts": { fault: receipts(() => []), refused: ROOT, linked: "is not touched" },
  "null for receipts": {
    fault: receipts(() => null),
    refused: /expected a list of the receipts of block \d+, got "null"/,
    linked: "is not touched",
  },
  "another status": {
    fault: inReceipts((receipt) => ({ ...receipt, status: receipt.status === "0x1" ? "0x0" : "0x1" })),
    refused: ROOT,
    linked: "is not touched",
  },
  "another gas": {
    fault: inReceipts((receipt) => ({ ...receipt, cumulativeGasUsed: otherDigit(receipt.cumulativeGasUsed) })),
    refused: ROOT,
    linked: "is not touched",
  },
  "another time of the block": {
    fault: block((header) => ({ ...header, timestamp: otherDigit(header.timestamp) })),
    refused: HASH,
    linked: "lets it in",
  },
  "another time of the block, and the hash that goes with it": {
    fault: block((header) => {
      const forged = { ...header, timestamp: otherDigit(header.timestamp) };
      return { ...forged, hash: `0x${headerHash(forged as RpcBlock & Record<string, unknown>)}` };
    }),
    refused: /does not link|calls 0x\w+ its final block|expected a list of the receipts/,
    linked: "refuses",
  },
};

for (const [name, { fault, refused, linked }] of Object.entries(LIES)) {
  test(`VERIFIED refuses ${name}, from the start and at the head`, async () => {
    world.reading = VERIFIED;
    for (const moment of ["from the start", "at the head"]) {
      if (moment === "at the head") world.proxy.fault = await world.frozen();
      // Several logs in one transaction, and more after it.
      fresh += 5;
      await world.traffic.mine(world.traffic.grantMany(3, fresh, 5), world.traffic.grantMany(4, fresh, 2));
      world.proxy.fault = fault;
      if (moment === "from the start") world.index();
      let named = false;
      await world.staysRight(`${name}, ${moment}`, () => {
        named ||= refused.test(world.problem);
        return named && world.proxy.lies > 1;
      });
      assert.notEqual(world.phase, "stopped", world.problem);
      world.proxy.fault = undefined;
      await world.agrees();
    }
    const { events, chain } = await world.ledger();
    assert.ok(events.length > 10 && events.every(({ verification }) => verification === "VERIFIED"));
    assert.equal(chain?.verification, "VERIFIED");
    assert.equal(world.proxy.served.get("eth_getLogs"), undefined, "what is proven need not be asked twice");
  });

  test(`LINKED ${linked === "lets it in" ? "lets in" : linked}: ${name}`, async () => {
    world.reading = LINKED;
    world.proxy.fault = fault;
    world.index();
    const chain = await world.truth();
    const head = last(chain.blocks).number;
    const first = BigInt(world.traffic.startBlock);
    if (linked === "refuses") {
      await world.staysRight(name, () => world.phase === "retrying" && world.proxy.lies > 1);
      return;
    }
    await until("it is at the head", async () => (await world.ledger()).chain?.indexed_number === head).catch(
      (error) => {
        throw new Error(world.problem, { cause: error });
      },
    );
    const now = await world.ledger();
    assert.ok(now.events.every(({ verification }) => verification === "LINKED"));
    if (linked === "is not touched") assertPrefix(now, chain, first);
    else assert.throws(() => assertPrefix(now, chain, first), assert.AssertionError);
  });
}

test("VERIFIED counts positions itself: shifted log indices and positions are seen through", async () => {
  world.reading = VERIFIED;
  world.proxy.fault = logs((all) =>
    all.map((log) => ({
      ...log,
      logIndex: `0x${(Number(log.logIndex) + 7).toString(16)}`,
      transactionIndex: "0x5",
      blockNumber: "0x1",
      blockHash: `0x${"ab".repeat(32)}`,
    })),
  );
  world.index();
  await world.agrees();
  assert.ok(world.proxy.lies > 0);
});

test("VERIFIED lets in what a node says of the transaction's hash only if block and receipts say the same", async () => {
  world.reading = VERIFIED;
  const other = `0x${"cd".repeat(32)}`;
  world.proxy.fault = receipts((all) => all.map((receipt) => ({ ...receipt, transactionHash: other })));
  world.index();
  await world.staysRight("refused", () => /receipts are not of the block's \d+ transactions/.test(world.problem));
  world.proxy.fault = undefined;
  await world.agrees();
});

test("VERIFIED asks for receipts one by one where a node does not serve them by block", async () => {
  world.reading = VERIFIED;
  world.proxy.fault = (call, answer) =>
    call.method === "eth_getBlockReceipts" ? { error: { code: -32601, message: "Method not found" } } : answer;
  world.index();
  await world.agrees();
  const tried = world.proxy.served.get("eth_getBlockReceipts");
  assert.ok((tried ?? 0) > 0);
  for (let i = 0; i < 3; i++) {
    await world.mineSome();
    await world.agrees();
  }
  assert.ok((world.proxy.served.get("eth_getTransactionReceipt") ?? 0) > 20);
  assert.equal(world.proxy.served.get("eth_getBlockReceipts"), tried, "it is not tried again and again");
});

test("VERIFIED skips the receipts of blocks whose bloom filter excludes ours, unless filters are not to be trusted", async () => {
  const chain = await world.truth();
  const withLogs = new Set(chain.events.map((event) => event.block_number)).size;
  await world.traffic.empty(30);
  world.reading = VERIFIED;
  world.index();
  await world.agrees();
  const asked = world.proxy.served.get("eth_getBlockReceipts") ?? 0;
  assert.ok(asked >= withLogs && asked < withLogs + 15, `${asked} blocks for ${withLogs} with logs`);
  await world.endLedger();
  await world.newLedger();
  world.reading = { ...VERIFIED, trustBlooms: false };
  world.index();
  await world.agrees();
  const all = (await world.truth()).blocks.length - world.traffic.startBlock;
  assert.ok((world.proxy.served.get("eth_getBlockReceipts") ?? 0) >= all - 10, "nothing is skipped");
});

test("another endpoint is asked when one lies", async () => {
  world.reading = VERIFIED;
  world.proxy.fault = altered;
  world.index(world.proxy.url, world.anvil.url);
  await world.agrees();
  assert.ok(world.proxy.lies > 0);
});
