import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { BehindProxy } from "../support/behindProxy.ts";
import type { Ledger } from "../support/ledger.ts";
import { block, byHash, byRange, type Fault, type RpcLog } from "../support/lyingProxy.ts";
import { assertTrail } from "../support/oracle.ts";
import { seed } from "../support/property.ts";
import { sleepMs, until } from "../support/wait.ts";

/**
 * Nodes that answer wrongly. While a fault lasts the ledger may stand still, but what it holds is right up to its cursor
 * at every look; when the fault is over it comes to hold everything.
 */

const ELSEWHERE = "0x00000000000000000000000000000000000000ff";

let world: BehindProxy;
before(async () => {
  world = await BehindProxy.start(44001, seed());
});
after(() => world?.stop());
beforeEach(() => world.newLedger());
afterEach(() => world.endLedger());

/** The newest `count` numbers of blocks that have logs. */
function newestWithLogs(logs: readonly RpcLog[], count: number): Set<string> {
  return new Set([...new Set(logs.map((log) => log.blockNumber))].slice(-count));
}

/** Number of the chain's newest block, for faults that are about it. */
let newest = 0n;

/** Faults that stop the ledger for as long as they last, or that it can see through. */
const FAULTS: Record<string, { fault: Fault; problem?: RegExp; sees?: "through"; oneBlock?: true; learns?: true }> = {
  "a range without the logs of its newest blocks": {
    fault: byRange((logs) => {
      const hidden = newestWithLogs(logs, 2);
      return logs.filter((log) => !hidden.has(log.blockNumber));
    }),
    sees: "through",
  },
  "an empty list for a block's hash": { fault: byHash(() => []), sees: "through", oneBlock: true },
  "no list of logs at all": { fault: byRange(() => null), problem: /expected a list of logs, got "null"/ },
  "null for blocks": {
    fault: block(({ number }) => (Number(number) % 3 === 0 ? null : undefined)),
    problem: /does not have block|has no latest block/,
  },
  "another block than the one asked for": {
    fault: (call, answer) =>
      call.method === "eth_getBlockByNumber" && /^0x/.test(String(call.params[0]))
        ? world.anvil.send("eth_getBlockByNumber", "latest", false).then((result) => ({ ...answer, result }))
        : answer,
    problem: /gave another one for it|does not have block/,
  },
  "a header that does not link": {
    fault: block((header) => (BigInt(header.number) === newest ? { ...header, parentHash: header.hash } : undefined)),
    problem: /does not link/,
  },
  "a block's logs twice": {
    fault: byHash((logs) => [...logs, ...logs]),
    problem: /twice or out of order/,
    oneBlock: true,
  },
  "logs of a range twice": {
    fault: byRange((logs) => [...logs, ...logs.slice(0, 1)]),
    problem: /twice or out of order/,
  },
  "logs in any order": { fault: byRange((logs) => logs.toReversed()), sees: "through" },
  "a log of another contract": {
    fault: (call, answer) => {
      const add = (logs: RpcLog[]): RpcLog[] => logs.map((log, i) => (i > 0 ? log : { ...log, address: ELSEWHERE }));
      return call.method === "eth_getLogs" && Array.isArray(answer.result)
        ? { result: add(answer.result as RpcLog[]) }
        : answer;
    },
    problem: /gave a log of 0x00000000000000000000000000000000000000ff, not asked for/,
  },
  "a log with the hash of another block": {
    fault: (call, answer) =>
      call.method === "eth_getLogs" && Array.isArray(answer.result)
        ? { result: (answer.result as RpcLog[]).map((log) => ({ ...log, blockHash: `0x${"ab".repeat(32)}` })) }
        : answer,
    problem: /its log is of 0xabab/,
  },
  "a log of a block outside of the range": {
    fault: byRange((logs) => logs.map((log, i) => (i === 0 ? { ...log, blockNumber: "0xfffff" } : log))),
    problem: /a log of block 1048575, not asked for/,
  },
  "logs that were removed": {
    fault: byRange((logs) => logs.map((log) => ({ ...log, removed: true }))),
    problem: /expected no removed log/,
  },
  "logs with words that are not hex": {
    fault: byRange((logs) => logs.map((log) => ({ ...log, data: `${log.data.slice(0, -2)}\u0130\u0131` }))),
    problem: /expected hex/,
  },
  "a range is too large": {
    fault: (call, answer) => {
      const [filter] = call.params as [{ fromBlock?: string; toBlock?: string }];
      return call.method === "eth_getLogs" && Number(filter.toBlock) - Number(filter.fromBlock) >= 2
        ? { error: { code: -32602, message: "query exceeds max block range 2" } }
        : answer;
    },
    sees: "through",
    learns: true,
  },
  "everything in upper-case hex": {
    fault: (_, answer) => JSON.parse(JSON.stringify(answer).replace(/"0x[0-9a-f]*"/g, upperCase)),
    sees: "through",
  },
  "a batch that lacks an answer": {
    fault: (call, answer) => (call.params[0] === "safe" ? undefined : answer),
    problem: /the batch's answer lacks a call/,
  },
};

const upperCase = (text: string): string => `"0x${text.slice(3).toUpperCase()}`;

for (const [name, { fault, problem, sees, oneBlock = false, learns = false }] of Object.entries(FAULTS))
  test(`${name}: ${sees === "through" ? "seen through" : "refused"}, from the start and at the head`, async () => {
    const { proxy } = world;
    for (const moment of ["from the start", "at the head"]) {
      // Looked at only when all of them are there: a range is asked for by number, a single new block by its hash.
      if (moment === "at the head") proxy.fault = await world.frozen();
      for (let i = 0; i < (oneBlock ? 1 : 3); i++) await world.mineSome();
      const chain = await world.truth();
      newest = chain.blocks.at(-1)?.number ?? 0n;
      proxy.fault = fault;
      if (moment === "from the start") world.index();
      // History is asked for by number, so that a fault of the other kind is not met in it.
      const notMet = oneBlock && moment === "from the start";
      let named = false;
      await world.staysRight(`${name}, ${moment}`, (now) => {
        named ||= problem?.test(world.problem) ?? false;
        const through = now.chain?.status === "LIVE" && now.chain.indexed_number === newest;
        return sees === "through" || notMet ? through : named && proxy.lies > 1;
      });
      // What was too large once is not asked for again.
      const met = !notMet && !(learns && moment === "at the head");
      assert.equal(proxy.lies > 0, met, `${moment}: met ${proxy.lies} lies`);
      assert.notEqual(world.phase, "stopped", world.problem);
      proxy.fault = undefined;
      await world.agrees();
    }
  });

test("a batch in any order is put into its own", async () => {
  world.proxy.shuffle = true;
  world.index();
  await world.agrees();
  await world.mineSome();
  await world.agrees();
});

test("a lower head of a node that lags: nothing is rolled back", async () => {
  world.index();
  await world.mineSome();
  await world.mineSome();
  await world.agrees();
  const chain = await world.truth();
  const head = chain.blocks.length - 1;
  for (const behind of [1, 3]) {
    world.proxy.fault = async (call, answer) => {
      if (call.method !== "eth_getBlockByNumber") return answer;
      const [tag] = call.params as [string];
      if (tag === "latest")
        return { result: await world.anvil.send("eth_getBlockByNumber", `0x${(head - behind).toString(16)}`, false) };
      return Number(tag) > head - behind ? { result: null } : answer;
    };
    const then = (await world.ledger()).chain?.checked_at ?? "";
    await world.staysRight(`${behind} behind was looked at`, (now) => {
      assert.equal(now.chain?.indexed_hash, chain.blocks.at(-1)?.hash);
      assert.equal(now.reorgs.length, 0);
      return (now.chain?.checked_at ?? "") > then && world.proxy.lies >= 5;
    });
  }
  // So far behind that what was final is not there yet.
  world.proxy.fault = async (call, answer) => {
    if (call.method !== "eth_getBlockByNumber") return answer;
    return call.params[0] === "latest"
      ? { result: await world.anvil.send("eth_getBlockByNumber", "0x2", false) }
      : { result: null };
  };
  await until("it says why it does not go on", () => /is below block \d+, which was final/.test(world.problem));
  world.proxy.fault = undefined;
  await world.agrees();
  assert.equal((await world.ledger()).reorgs.length, 0);
});

test("one look at another branch is not a reorg", async () => {
  world.index();
  await world.agrees();
  const chain = await world.truth();
  let looks = 0;
  world.proxy.fault = block((header) => {
    if (header.number !== `0x${(chain.blocks.length - 1).toString(16)}`) return undefined;
    // Every second answer is of a node that is on a branch of its own, each time another one.
    looks++;
    return looks % 2 === 0 ? { ...header, hash: `0x${looks.toString(16).padStart(64, "0")}` } : undefined;
  });
  await world.staysRight("many looks", ({ reorgs }) => {
    assert.equal(reorgs.length, 0);
    return looks > 40;
  });
});

/** Keeps the events of one block back, and their bits in the header's bloom filter. */
function hiding(blockNumber: number): Fault {
  const hidden = `0x${blockNumber.toString(16)}`;
  const keep = (logs: RpcLog[]): RpcLog[] => logs.filter((log) => log.blockNumber !== hidden);
  return async (call, answer) => {
    const logs = await byHash(keep)(call, (await byRange(keep)(call, answer)) ?? answer);
    return block((header) => (header.number === hidden ? { ...header, logsBloom: `0x${"0".repeat(512)}` } : undefined))(
      call,
      logs ?? answer,
    );
  };
}

async function hideAnEvent(seal: number, blocksAfter: number): Promise<void> {
  world.index();
  await world.agrees();
  const party = { holder: 2, grantee: 9, seal, purpose: 2 };
  await world.traffic.mine(world.traffic.grant(party, { retention: 1 }));
  await world.agrees();
  const hidden = (await world.traffic.head()) + 1;
  world.proxy.fault = hiding(hidden);
  await world.traffic.mine(world.traffic.grant(party, { retention: 2 }));
  await world.traffic.empty(blocksAfter);
  const head = BigInt(await world.traffic.head());
  await until(
    "it goes past the block, since nothing shows",
    async () => (await world.ledger()).chain?.indexed_number === head,
  );
  await world.mineSome();
  await until("other grants go on", async () => (await world.ledger()).chain?.indexed_number === head + 1n);
  const before = await world.ledger();
  await world.traffic.mine(world.traffic.revoke(party));
  await until("the grant's next event shows it", () => /kept an event back/.test(world.problem));
  assert.match(world.problem, /holds change 3 of a grant whose change before that is 1/);
  await sleepMs(1_000);
  const after = await world.ledger();
  assertTrail(after);
  const rows = ({ events, grants, reorgs }: Ledger) => ({ events, grants, reorgs });
  assert.deepEqual(rows(after), rows(before), "nothing was written past the gap, and nothing unlearned for it");
  assert.equal(world.phase, "retrying");
  world.proxy.fault = undefined;
}

test("a hidden event shows as a gap, and is read again when the node tells it", async () => {
  await hideAnEvent(9_001, 1);
  await world.agrees();
});

test("a hidden event that is final already: the chain stands still and says so", async () => {
  await hideAnEvent(9_002, 12);
  await until("it tried again", () => /kept an event back/.test(world.problem));
  await sleepMs(1_000);
  assert.equal(world.phase, "retrying");
  assert.equal((await world.ledger()).events.filter((event) => event.retracted_at !== null).length, 0);
});
