import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { makeHeaders, SyntheticChain } from "../../bench/synthetic/chain.ts";
import { answer } from "../../bench/synthetic/methods.ts";
import { type SyntheticNode, startSyntheticNode } from "../../bench/synthetic/node.ts";
import { toHex } from "../../indexer/grants/bytes.ts";
import { parseAddress } from "../../indexer/grants/caip.ts";
import { credentialRef } from "../../indexer/grants/ids.ts";
import { decodeGrantEvent } from "../../indexer/ledger/decodeGrant.ts";
import { createChainReader } from "../../indexer/rpc/chainReader.ts";
import { RpcClient } from "../../indexer/rpc/client.ts";
import { Endpoint } from "../../indexer/rpc/endpoint.ts";
import { LinkedFetcher } from "../../indexer/sync/linkedFetcher.ts";

const SIZE = { blocks: 30, eventsPerBlock: 7 };
const CHAIN_ID = 31337;
let node: SyntheticNode;
let client: RpcClient;

before(async () => {
  node = await startSyntheticNode(SIZE, CHAIN_ID);
  client = new RpcClient([new Endpoint(node.url, { chainId: BigInt(CHAIN_ID), timeoutMs: 20_000 })]);
});
after(async () => {
  await client?.close();
  await node?.stop();
});

const chain = new SyntheticChain(SIZE, makeHeaders(SIZE));
const asked = (method: string, ...params: unknown[]) =>
  JSON.parse([...answer(chain, BigInt(CHAIN_ID), { id: 1, method, params })].map(String).join(""));

test("the indexer reads all of it as it reads any node: linked, complete, without a suspicion", async () => {
  const contract = parseAddress(node.contract);
  const reader = createChainReader(client, [contract]);
  const fetcher = new LinkedFetcher(reader, [contract]);
  const tip = await reader.tip();
  assert.equal(tip.head.number, BigInt(SIZE.blocks));
  const { headers, logs } = await fetcher.range(0n, tip.head.number);
  assert.equal(headers.length, SIZE.blocks + 1);
  assert.equal(logs.length, node.events);
});

test("every event is a grant whose credential follows from holder, issuer and seal, and none comes twice", () => {
  const logs = asked("eth_getLogs", { fromBlock: "0x0", toBlock: "latest" }).result as {
    topics: string[];
    data: string;
  }[];
  const seen = new Set<string>();
  for (const { topics, data } of logs) {
    const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll("0x", ""), "hex");
    const event = decodeGrantEvent(topics[0] ?? "", { topics: bytes(topics.join("")), data: bytes(data) });
    assert.ok(event);
    assert.equal(toHex(event.credential), toHex(credentialRef(event.holder, event.issuer, event.seal)));
    seen.add(toHex(event.credential));
  }
  assert.equal(seen.size, SIZE.blocks * SIZE.eventsPerBlock);
});

test("receipts, ranges and single blocks tell the same logs", () => {
  for (const number of [1, 17, SIZE.blocks]) {
    const tag = `0x${number.toString(16)}`;
    const { hash } = asked("eth_getBlockByNumber", tag, false).result;
    const [receipt] = asked("eth_getBlockReceipts", hash).result;
    const byHash = asked("eth_getLogs", { blockHash: hash }).result;
    assert.equal(byHash.length, SIZE.eventsPerBlock);
    assert.deepEqual(receipt.logs, byHash);
    assert.deepEqual(asked("eth_getLogs", { fromBlock: tag, toBlock: tag }).result, byHash);
  }
});

test("it is the same chain every time", () => {
  assert.deepEqual([...makeHeaders({ blocks: 3, eventsPerBlock: 7 })], [...makeHeaders(SIZE)].slice(0, 4));
});

test("what it does not have, it says so", () => {
  assert.equal(asked("eth_getBlockByNumber", "0xfffff", false).result, null);
  assert.ok(asked("eth_getLogs", { blockHash: `0x${"1".repeat(64)}` }).error);
  assert.equal(asked("eth_getBlockReceipts", `0x${"1".repeat(64)}`).result, null);
  assert.deepEqual(asked("eth_getLogs", { fromBlock: "0x0", address: `0x${"1".repeat(40)}` }).result, []);
  assert.equal(asked("eth_mine").error.code, -32601);
});
