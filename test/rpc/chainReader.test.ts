import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { toAddress, toHex } from "../../indexer/grants/bytes.ts";
import { type ChainReader, createChainReader } from "../../indexer/rpc/chainReader.ts";
import { Hints } from "../../indexer/rpc/hints.ts";
import { EMPTY_BLOOM, hashOf, header, logAt, saidByLogs } from "../sync/headers.ts";
import { asking } from "./asking.ts";
import { answering, type HttpServer, refusing, startHttpServer } from "./servers.ts";

/** What the sync room asks, in how many requests, and what of a pushed head is believed. */

let server: HttpServer;
/** The newest block. */
let head: number;
let logsOf: (hash: string) => unknown;
before(async () => {
  server = await startHttpServer();
});
after(() => server.stop());
beforeEach(() => {
  server.requests.length = 0;
  head = 10;
  logsOf = () => [wireLog(10)];
  server.answer = answering(({ method, params }) => {
    if (method !== "eth_getBlockByNumber") return logsOf((params[0] as { blockHash: string }).blockHash);
    if (params[0] === "finalized") return block(3);
    return params[0] === "safe" ? block(5) : block(params[0] === "latest" ? head : Number(params[0]));
  });
});

function block(number: number): unknown {
  const { hash, parentHash, time } = header(number);
  return {
    ...{ number: `0x${number.toString(16)}`, hash: toHex(hash), parentHash: toHex(parentHash) },
    ...{ timestamp: `0x${time.toString(16)}`, logsBloom: EMPTY_BLOOM },
  };
}
function wireLog(number: number): unknown {
  const log = logAt(number, 0, 0);
  return { ...log, transactionIndex: "0x0", logIndex: "0x0", blockNumber: `0x${number.toString(16)}` };
}
const push = (hints: Hints, number: number, hash = toHex(hashOf(number))): void =>
  hints.take({ endpoint: "a", number: BigInt(number), hash });
const methods = (): string[][] => server.requests.map(({ calls }) => calls.map(({ method }) => method));

async function reading(use: (reader: ChainReader, hints: Hints) => Promise<void>): Promise<void> {
  await asking([server.url], async ({ client, observer, time }) => {
    const hints = new Hints(observer, time);
    const contracts = [toAddress(new Uint8Array(20).fill(0xc0))];
    const reader = createChainReader(client, contracts, { hints, observer });
    await reader.tip();
    server.requests.length = 0;
    await use(reader, hints);
  });
}

test("a pushed head, finality and the logs of the block take one request", () =>
  reading(async (reader, hints) => {
    head = 11;
    logsOf = (hash) => (hash === toHex(hashOf(11)) ? [wireLog(11)] : []);
    push(hints, 11);
    const tip = await reader.tip();
    assert.deepEqual(
      [tip.head.number, tip.safe?.number, tip.finalized?.number, hints.pending],
      [11n, 5n, 3n, undefined],
    );
    assert.deepEqual((await reader.logsOfBlocks([tip.head.hash]))?.map(saidByLogs), [[logAt(11, 0, 0)]]);
    assert.deepEqual(methods(), [[...new Array(3).fill("eth_getBlockByNumber"), "eth_getLogs"]]);
  }));

test("the logs of a pushed block are asked for ahead wherever they are not taken out of receipts", async () => {
  for (const proven of [false, true])
    await asking([server.url], async ({ client, observer, time }) => {
      server.requests.length = 0;
      const hints = new Hints(observer, time);
      const reader = createChainReader(client, [], { hints, observer, encoding: "ethereum", proven });
      push(hints, head);
      // These headers lack what a hash is made of, so that none is believed: it is what is asked that counts.
      await assert.rejects(reader.tip(), /expected sha3Uncles/);
      assert.equal(methods().flat().includes("eth_getLogs"), !proven);
    });
});

test("what was pushed and is not the head counts for nothing", () =>
  reading(async (reader, hints) => {
    push(hints, 11, `0x${"ee".repeat(32)}`);
    head = 11;
    logsOf = (hash) => (hash === toHex(hashOf(11)) ? [wireLog(11)] : [wireLog(10)]);
    const tip = await reader.tip();
    assert.deepEqual((await reader.logsOfBlocks([tip.head.hash]))?.map(saidByLogs), [[logAt(11, 0, 0)]]);
    assert.equal(methods().length, 2, "asked for again by the hash of the head");
  }));

test("no logs, or an error, for a block that the node did not have yet: asked again when it is the head", () =>
  reading(async (reader, hints) => {
    for (const [number, early] of [
      [11, []],
      [12, null],
    ] as const) {
      push(hints, number);
      logsOf = () => early;
      head = number - 1;
      await reader.tip();
      head = number;
      logsOf = () => [wireLog(number)];
      const tip = await reader.tip();
      assert.equal(tip.head.number, BigInt(number));
      assert.deepEqual((await reader.logsOfBlocks([tip.head.hash]))?.map(saidByLogs), [[logAt(number, 0, 0)]]);
    }
  }));

test("a hint that nobody can answer spoils no look at the head", () =>
  reading(async (reader, hints) => {
    const answer = server.answer;
    server.answer = (calls, response) => {
      if (calls.length === 1 && calls[0]?.method === "eth_getLogs")
        return refusing({ code: 1, message: "unknown" })(calls, response);
      return answer(calls, response);
    };
    push(hints, 99);
    logsOf = () => null;
    assert.equal((await reader.tip()).head.number, 10n);
  }));

test("headers are those asked for, all of them, or there is no answer", () =>
  reading(async (reader) => {
    const headers = await reader.headers(4n, 8n);
    assert.deepEqual(
      headers.map(({ number }) => number),
      [4n, 5n, 6n, 7n, 8n],
    );
    assert.equal(methods().length, 1);
    server.answer = answering(({ params }) => (params[0] === "0x6" ? null : block(Number(params[0]))));
    await assert.rejects(reader.headers(4n, 8n), /a eth_getBlockByNumber: the node does not have block 6/);
    server.answer = answering(() => block(4));
    await assert.rejects(reader.headers(4n, 8n), /does not have block 5, or gave another one for it/);
  }));

test("a range of headers and its logs, asked for at the same time, take one request", () =>
  reading(async (reader) => {
    logsOf = () => [];
    await Promise.all([reader.headers(4n, 8n), reader.logs(4n, 8n)]);
    assert.deepEqual(methods(), [[...new Array(5).fill("eth_getBlockByNumber"), "eth_getLogs"]]);
  }));

test("receipts that nobody serves are none, receipts that are wrong are refused", () =>
  reading(async (reader) => {
    logsOf = () => undefined;
    server.answer = refusing({ code: -32601, message: "the method eth_getBlockReceipts does not exist" });
    assert.equal(await reader.logsInReceipts([hashOf(1)]), undefined);
    server.answer = answering(() => null);
    await assert.rejects(
      reader.logsInReceipts([hashOf(1)]),
      /a eth_getBlockReceipts: expected a block's list of receipts/,
    );
    server.answer = answering(() => [{ logs: [wireLog(1)] }]);
    assert.deepEqual((await reader.logsInReceipts([hashOf(1)]))?.map(saidByLogs), [[logAt(1, 0, 0)]]);
  }));
