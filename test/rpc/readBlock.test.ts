import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { toBytes32, toHex } from "../../indexer/grants/bytes.ts";
import type { RpcClient } from "../../indexer/rpc/client.ts";
import { createReadBlock, type ReadBlock } from "../../indexer/rpc/readBlock.ts";
import { GETH_CANCUN } from "../evidence/vectors.ts";
import { asking } from "./asking.ts";
import { type Answer, type HttpServer, json, type Request, startHttpServer } from "./servers.ts";

/** Reading one block for evidence, from nodes that have it, do not, lie, or serve it in another way. */

const HASH = toBytes32(Buffer.from(GETH_CANCUN.block.hash.slice(2), "hex"));
const NUMBER = BigInt(String(GETH_CANCUN.block["number"]));
const TRANSACTIONS = GETH_CANCUN.receipts.map((receipt) => String(receipt["transactionHash"]));
const BLOCK = { ...GETH_CANCUN.block, transactions: TRANSACTIONS };
const RECEIPTS = GETH_CANCUN.receipts.map((receipt) => ({ ...receipt, blockHash: GETH_CANCUN.block.hash }));

interface Said {
  readonly block?: unknown;
  readonly receipts?: unknown;
  readonly receipt?: (hash: unknown) => unknown;
}

const UNSUPPORTED = { code: -32601, message: "the method eth_getBlockReceipts does not exist" };

/** A node that has the block, but for what is said otherwise; no `receipts` at all: it does not serve them by block. */
function serving(said: Said = {}): Answer {
  const of = ({ id, method, params }: Request): object => {
    if (method === "eth_getBlockByHash") return { id, result: "block" in said ? said.block : BLOCK };
    if (method === "eth_getBlockReceipts")
      return said.receipts === UNSUPPORTED
        ? { id, error: UNSUPPORTED }
        : { id, result: "receipts" in said ? said.receipts : RECEIPTS };
    const receipt = RECEIPTS.find(({ transactionHash }: Record<string, unknown>) => transactionHash === params[0]);
    return { id, result: said.receipt === undefined ? receipt : said.receipt(receipt) };
  };
  return (calls, response) => {
    const answers = calls.map((call) => ({ jsonrpc: "2.0", ...of(call) }));
    json(response, calls.length === 1 ? answers[0] : answers);
  };
}

let one: HttpServer;
let two: HttpServer;
before(async () => {
  [one, two] = await Promise.all([startHttpServer(), startHttpServer()]);
});
after(() => Promise.all([one?.stop(), two?.stop()]));
beforeEach(() => {
  for (const server of [one, two]) {
    server.answer = serving();
    server.requests.length = 0;
  }
});

const reading = <T>(urls: readonly string[], use: (read: ReadBlock, client: RpcClient) => Promise<T>): Promise<T> =>
  asking(urls, ({ client }) => use(createReadBlock(client, "ethereum"), client));

test("a block, in one request", async () => {
  await reading([one.url], async (read) => {
    const block = await read(HASH, NUMBER);
    assert.equal(block?.hash, toHex(HASH));
    assert.equal(block?.receipts.length, RECEIPTS.length);
    const counts = RECEIPTS.map((receipt) => (receipt as unknown as { logs: unknown[] }).logs.length);
    assert.deepEqual(
      block?.firstLogs,
      counts.map((_, i) => counts.slice(0, i).reduce((sum, n) => sum + n, 0)),
    );
    assert.equal(
      one.requests.filter(({ calls }) => calls.some(({ method }) => method === "eth_getBlockByHash")).length,
      1,
    );
  });
});

test("a block that no node has, or whose receipts none has, is no failure of theirs", async () => {
  for (const said of [{ block: null }, { receipts: null }, { block: null, receipts: null }]) {
    one.answer = serving(said);
    two.answer = serving(said);
    await reading([one.url, two.url], async (read, client) => {
      for (let i = 0; i < 12; i++) assert.equal(await read(HASH, NUMBER), undefined);
      for (const endpoint of client.endpoints) assert.equal(endpoint.state, "closed");
    });
  }
});

test("the other node is asked when the first does not have it", async () => {
  for (const [has, lacks] of [
    [one, two],
    [two, one],
  ] as const) {
    has.answer = serving();
    lacks.answer = serving({ block: null });
    await reading([one.url, two.url], async (read) => assert.equal((await read(HASH, NUMBER))?.hash, toHex(HASH)));
  }
});

test("what does not stand up is not taken, and another node is asked", async () => {
  const [first, ...rest] = RECEIPTS;
  const lies: Said[] = [
    { block: { ...BLOCK, timestamp: "0x1" } },
    { block: { ...BLOCK, hash: `0x${"ab".repeat(32)}` } },
    { receipts: rest },
    { receipts: [{ ...first, cumulativeGasUsed: "0x1" }, ...rest] },
    { receipts: [...rest, first] },
    { block: [] },
    { receipts: "0x" },
  ];
  for (const lie of lies) {
    one.answer = serving(lie);
    await reading([one.url], (read) =>
      assert.rejects(read(HASH, NUMBER), /claims hash|have root|are not of the block|expected/),
    );
    await reading([one.url, two.url], async (read) => assert.equal((await read(HASH, NUMBER))?.hash, toHex(HASH)));
  }
});

test("another block than was asked for is not taken, though it stands up", async () => {
  await reading([one.url], (read) =>
    assert.rejects(read(toBytes32(Buffer.alloc(32, 7)), NUMBER), /asked for block 0x0707/),
  );
});

test("receipts one by one, where none serves them by block", async () => {
  one.answer = serving({ receipts: UNSUPPORTED });
  await reading([one.url], async (read) => {
    assert.deepEqual((await read(HASH, NUMBER))?.receipts.length, RECEIPTS.length);
    const asked = one.methods().filter((method) => method === "eth_getTransactionReceipt");
    assert.equal(asked.length, TRANSACTIONS.length);
  });
});

test("receipts one by one, of a block that was dropped: its transactions are in another one, or in none", async () => {
  for (const receipt of [
    (): unknown => null,
    (given: unknown) => ({ ...(given as object), blockHash: `0x${"ab".repeat(32)}` }),
  ]) {
    one.answer = serving({ receipts: UNSUPPORTED, receipt });
    await reading([one.url], async (read, client) => {
      assert.equal(await read(HASH, NUMBER), undefined);
      assert.equal(client.endpoints[0]?.state, "closed");
    });
  }
  one.answer = serving({ receipts: UNSUPPORTED, block: null });
  await reading([one.url], async (read) => assert.equal(await read(HASH, NUMBER), undefined));
});
