import assert from "node:assert/strict";
import { test } from "node:test";
import { RLP } from "@ethereumjs/rlp";
import { Transaction, Wallet } from "ethers";
import { EvidenceError } from "../../indexer/evidence/errors.ts";
import type { JsonObject } from "../../indexer/evidence/json.ts";
import { decodeTransaction, encodeTransaction } from "../../indexer/evidence/transaction.ts";
import { listRoot } from "../../indexer/evidence/trie.ts";
import { bytes32 } from "../api/world.ts";
import { UNICHAIN_ISTHMUS } from "./vectors.ts";

/** Transactions as ethers and an OP node write them. Those of Anvil and Hardhat at each fork are in nodes.test.ts. */

const quantity = (value: bigint | number): string => `0x${BigInt(value).toString(16)}`;
const bytesOf = (hex: string): Uint8Array => Buffer.from(hex.slice(2), "hex");
const wallet = new Wallet(bytes32(7));
const GAS = { gasLimit: 21_000n, nonce: 5, value: 10n ** 20n, data: "0x00ff" } as const;
const TO = "0x00000000000000000000000000000000000000AA";

/** What a node says of a signed transaction. */
function said(serialized: string): JsonObject {
  const t = Transaction.from(serialized);
  const { signature } = t;
  assert.ok(signature);
  return {
    type: quantity(t.type ?? 0),
    ...{ nonce: quantity(t.nonce), gas: quantity(t.gasLimit), value: quantity(t.value), input: t.data, to: t.to },
    gasPrice: quantity(t.gasPrice ?? 0),
    maxFeePerGas: quantity(t.maxFeePerGas ?? 0),
    maxPriorityFeePerGas: quantity(t.maxPriorityFeePerGas ?? 0),
    chainId: quantity(t.chainId),
    accessList: t.accessList ?? undefined,
    ...{ r: quantity(BigInt(signature.r)), s: quantity(BigInt(signature.s)), yParity: quantity(signature.yParity) },
    v: quantity(t.type === 0 ? (signature.networkV ?? BigInt(signature.v)) : signature.yParity),
  };
}

test("those that ethers signs, to somebody and to nobody, for one chain and for any", async () => {
  const accessList = [{ address: TO, storageKeys: [bytes32(1), bytes32(2)] }];
  for (const to of [TO, null])
    for (const chainId of [1n, 42_161n, 2n ** 40n])
      for (const more of [
        { type: 0, gasPrice: 7n },
        { type: 1, gasPrice: 7n, accessList },
        { type: 2, maxFeePerGas: 9n, maxPriorityFeePerGas: 1n, accessList },
        { type: 2, maxFeePerGas: 9n, maxPriorityFeePerGas: 0n, accessList: [] },
      ]) {
        const serialized = await wallet.signTransaction({ ...GAS, ...more, to, chainId });
        assert.equal(`0x${encodeTransaction(said(serialized), "ethereum")}`, serialized);
        assert.deepEqual(decodeTransaction(bytesOf(serialized), "ethereum"), { type: quantity(more.type), chainId });
      }
  const anywhere = await wallet.signTransaction({ ...GAS, type: 0, gasPrice: 7n, to: TO });
  assert.equal(`0x${encodeTransaction(said(anywhere), "ethereum")}`, anywhere);
  assert.deepEqual(decodeTransaction(bytesOf(anywhere), "ethereum"), { type: "0x0", chainId: null });
});

test("a node that has the parity in v alone", async () => {
  const serialized = await wallet.signTransaction({
    ...GAS,
    type: 2,
    maxFeePerGas: 9n,
    maxPriorityFeePerGas: 1n,
    to: TO,
    chainId: 1n,
  });
  const { yParity: _, ...older } = said(serialized);
  assert.equal(`0x${encodeTransaction(older, "ethereum")}`, serialized);
});

test("those of an OP chain: a deposit is of no chain, and each is written as it was", () => {
  const { transactions } = UNICHAIN_ISTHMUS;
  const decoded = transactions.map((raw) => decodeTransaction(bytesOf(raw), "op"));
  assert.deepEqual(decoded[0], { type: "0x7e", chainId: null });
  for (const { type, chainId } of decoded.slice(1))
    assert.ok(type === "0x7e" || chainId === 1301n || chainId === null, `${chainId}`);
  const hex = (item: unknown): string => `0x${Buffer.from(item as Uint8Array).toString("hex")}`;
  const [deposit = ""] = transactions;
  const [sourceHash, from, to, mint, value, gas, system, input] = RLP.decode(
    bytesOf(deposit).subarray(1),
  ) as Uint8Array[];
  const number = (item: unknown): string => (hex(item) === "0x" ? "0x0" : quantity(BigInt(hex(item))));
  const fields = { type: "0x7e", sourceHash: hex(sourceHash), from: hex(from), to: hex(to), mint: number(mint) };
  const rest = { value: number(value), gas: number(gas), isSystemTx: system?.length === 1, input: hex(input) };
  assert.equal(`0x${encodeTransaction({ ...fields, ...rest }, "op")}`, deposit);
  assert.match(listRoot(transactions.map((raw) => raw.slice(2))), /^[0-9a-f]{64}$/);
});

test("a type that is not proven is refused, also one that is proven elsewhere", () => {
  for (const type of ["0x5", "0x64", "0x7e"])
    assert.throws(() => encodeTransaction({ type }, "ethereum"), /type 0x\w+, not proven for ethereum/);
  assert.throws(() => decodeTransaction(bytesOf("0x7ec0"), "ethereum"), EvidenceError);
  for (const bytes of ["0x", "0x02", "0xc0", "0x02c0", "0x80"])
    assert.throws(() => decodeTransaction(bytesOf(bytes), "op"), EvidenceError);
});
