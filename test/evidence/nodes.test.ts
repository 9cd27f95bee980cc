import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { Transaction, type TransactionLike, Wallet } from "ethers";
import hre from "hardhat";
import { proveHeader, proveReceipts } from "../../indexer/evidence/block.ts";
import type { Encoding } from "../../indexer/evidence/encodings.ts";
import type { JsonObject } from "../../indexer/evidence/json.ts";
import { hashDigits } from "../../indexer/evidence/keccak.ts";
import { decodeTransaction, encodeTransaction } from "../../indexer/evidence/transaction.ts";
import { listRoot } from "../../indexer/evidence/trie.ts";
import { startAnvil } from "../support/anvil.ts";

/** Blocks that Anvil (alloy, revm) and Hardhat (EDR) make at each fork, with every type of transaction that it has. */

const CHAIN_ID = 90_001;
/** The first two of the development accounts that both nodes know. */
const SENDER = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
const OTHER = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
const TO = "0x00000000000000000000000000000000000000aa";
/** Logs 32 bytes with four topics, then nothing with none, and leaves no code. */
const LOGS = "0x60aa60bb60cc60dd60206000a460006000a060006000f3";
const GWEI = 1_000_000_000n;

/** Transactions by the type of their receipts, as far as a fork has them. */
type Kind = "0x0" | "0x1" | "0x2" | "0x3" | "0x4";
const FORKS: Readonly<Record<string, readonly Kind[]>> = {
  frontier: ["0x0"],
  byzantium: ["0x0"],
  berlin: ["0x0", "0x1"],
  london: ["0x0", "0x1", "0x2"],
  paris: ["0x0", "0x1", "0x2"],
  shanghai: ["0x0", "0x1", "0x2"],
  cancun: ["0x0", "0x1", "0x2", "0x3"],
  prague: ["0x0", "0x1", "0x2", "0x4"],
  osaka: ["0x0", "0x1", "0x2", "0x4"],
};

/** A blob of zeros, whose commitment and proof are the point at infinity. */
const INFINITY = `0xc0${"00".repeat(47)}`;
const ZERO_BLOB = { data: `0x${"00".repeat(131_072)}`, commitment: INFINITY, proof: INFINITY };
const versionedHash = (commitment: string): string =>
  `0x01${createHash("sha256")
    .update(Buffer.from(commitment.slice(2), "hex"))
    .digest("hex")
    .slice(2)}`;

async function signed(kind: Kind, nonce: number, fields: TransactionLike = {}): Promise<string> {
  const common = { chainId: CHAIN_ID, nonce, type: Number(kind), gasLimit: 300_000n, to: TO, ...fields };
  const fees = Number(kind) < 2 ? { gasPrice: 2n * GWEI } : { maxFeePerGas: 2n * GWEI, maxPriorityFeePerGas: 1n };
  const wallet = new Wallet(SENDER);
  if (kind === "0x1") return wallet.signTransaction({ ...common, ...fees, accessList: [[TO, []]] });
  if (kind === "0x4") {
    const authorization = await new Wallet(OTHER).authorize({ address: TO, nonce: 0, chainId: CHAIN_ID });
    return wallet.signTransaction({ ...common, ...fees, authorizationList: [authorization] });
  }
  if (kind !== "0x3") return wallet.signTransaction({ ...common, ...fees });
  const blob = { maxFeePerBlobGas: GWEI, blobVersionedHashes: [versionedHash(INFINITY)], blobs: [ZERO_BLOB] };
  const transaction = Transaction.from({ ...common, ...fees, ...blob });
  transaction.signature = wallet.signingKey.sign(transaction.unsignedHash);
  return transaction.serialized;
}

type Send = <T>(method: string, ...params: unknown[]) => Promise<T>;

/** Mines a block with each kind, then an empty one, and proves both. */
async function proveBlocks(send: Send, kinds: readonly Kind[], encoding: Encoding): Promise<void> {
  let nonce = 0;
  for (const kind of kinds) await send("eth_sendRawTransaction", await signed(kind, nonce++));
  await send("eth_sendRawTransaction", await signed("0x0", nonce++, { to: null, data: LOGS }));
  await send("evm_mine");
  const block = await send<JsonObject & { transactions: string[] }>("eth_getBlockByNumber", "latest", false);
  const receipts = await Promise.all(
    block.transactions.map((hash) => send<{ type: string; logs: unknown[] }>("eth_getTransactionReceipt", hash)),
  );
  assert.deepEqual(
    receipts.map(({ type }) => type),
    [...kinds, "0x0"],
  );
  assert.equal(receipts.at(-1)?.logs.length, 2);
  assert.equal(proveReceipts(proveHeader(block, encoding), receipts, "the block").length, receipts.length);

  const { transactions } = await send<{ transactions: JsonObject[] }>("eth_getBlockByNumber", "latest", true);
  const encoded = transactions.map((transaction) => encodeTransaction(transaction, encoding));
  for (const [i, digits] of encoded.entries()) {
    assert.equal(`0x${hashDigits(digits)}`, block.transactions[i]);
    const { type, chainId } = decodeTransaction(Buffer.from(digits, "hex"), encoding);
    assert.deepEqual([type, chainId], [receipts[i]?.type, i < kinds.length ? BigInt(CHAIN_ID) : chainId]);
  }
  // Anvil's root of a block with blobs is another one, though the hashes are right: evidence then goes without transaction.
  if (!kinds.includes("0x3")) assert.equal(`0x${listRoot(encoded)}`, block["transactionsRoot"]);

  await send("evm_mine");
  const empty = await send<JsonObject>("eth_getBlockByNumber", "latest", false);
  assert.deepEqual(proveReceipts(proveHeader(empty, encoding), [], "the empty block"), []);
}

for (const [fork, kinds] of Object.entries(FORKS))
  test(`Anvil at ${fork}: ${kinds.join(", ")}`, async () => {
    const anvil = await startAnvil({ chainId: CHAIN_ID, args: ["--hardfork", fork] });
    try {
      await proveBlocks((method, ...params) => anvil.send(method, ...params), kinds, "ethereum");
    } finally {
      await anvil.stop();
    }
  });

test("Anvil as an OP chain", async () => {
  const anvil = await startAnvil({ chainId: CHAIN_ID, args: ["--network", "optimism"] });
  try {
    await proveBlocks((method, ...params) => anvil.send(method, ...params), ["0x0", "0x1", "0x2", "0x4"], "op");
  } finally {
    await anvil.stop();
  }
});

const HARDHAT: readonly (readonly [chainType: "l1" | "op", hardfork: string, kinds: readonly Kind[]])[] = [
  ["l1", "berlin", ["0x0", "0x1"]],
  ["l1", "london", ["0x0", "0x1", "0x2"]],
  ["l1", "shanghai", ["0x0", "0x1", "0x2"]],
  ["l1", "cancun", ["0x0", "0x1", "0x2"]],
  ["l1", "prague", ["0x0", "0x1", "0x2", "0x4"]],
  ["l1", "osaka", ["0x0", "0x1", "0x2", "0x4"]],
  ["op", "regolith", ["0x0", "0x1", "0x2"]],
  ["op", "canyon", ["0x0", "0x1", "0x2"]],
  ["op", "ecotone", ["0x0", "0x1", "0x2"]],
  ["op", "isthmus", ["0x0", "0x1", "0x2"]],
];
for (const [chainType, hardfork, kinds] of HARDHAT)
  test(`Hardhat's ${chainType} network at ${hardfork}: ${kinds.join(", ")}`, async () => {
    const override = { chainId: CHAIN_ID, hardfork, mining: { auto: false, interval: 0, mempool: { order: "fifo" } } };
    const connection = await hre.network.create({ network: "default", chainType, override: override as never });
    const send = (method: string, ...params: unknown[]) => connection.provider.request({ method, params });
    try {
      await proveBlocks(send as Send, kinds, chainType === "l1" ? "ethereum" : "op");
    } finally {
      await connection.close();
    }
  });
