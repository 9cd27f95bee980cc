import type { ContractName } from "../../indexer/config/schema.ts";
import { bloomDigits } from "../../indexer/evidence/bloom.ts";
import { buildBundle, type ProvenBlock, type Subject } from "../../indexer/evidence/buildBundle.ts";
import type { Bundle, Claims, Creation } from "../../indexer/evidence/bundle.ts";
import { createdAddress } from "../../indexer/evidence/creation.ts";
import type { ReceiptLog } from "../../indexer/evidence/decodeReceipt.ts";
import type { Encoding } from "../../indexer/evidence/encodings.ts";
import { encodeHeader, headerHash } from "../../indexer/evidence/header.ts";
import type { JsonObject } from "../../indexer/evidence/json.ts";
import { hashDigits } from "../../indexer/evidence/keccak.ts";
import { encodeReceipt } from "../../indexer/evidence/receipt.ts";
import { encodeTransaction } from "../../indexer/evidence/transaction.ts";
import { listRoot } from "../../indexer/evidence/trie.ts";
import { toAddress, toHex, toSeal } from "../../indexer/grants/bytes.ts";
import { credentialRef } from "../../indexer/grants/ids.ts";
import { packRecord } from "../../indexer/grants/record.ts";
import { said } from "../api/suite.ts";
import { address, bytes32, record } from "../api/world.ts";
import { createRandom } from "../support/random.ts";

/** Blocks made up here, with real encodings: what a forger with all the time in the world can make. */

const CREATION: Creation = {
  deployer: "0x4e59b44847b379578588920ca78fbf26c0b4956c",
  salt: bytes32(0x5a17),
  initCodeHash: bytes32(0xc0de),
  codeHash: bytes32(0xc0df),
  abiHash: bytes32(0xab1),
};
export const CONTRACT = createdAddress(CREATION);

const CHAIN = 42_161;
const HOLDER = address(0x401d);
const ISSUER = address(0x155);
const SEAL = bytes32(0x5ea1);
export const CREDENTIAL = toHex(
  credentialRef(
    toAddress(Buffer.from(HOLDER.slice(2), "hex")),
    toAddress(Buffer.from(ISSUER.slice(2), "hex")),
    toSeal(Buffer.from(SEAL.slice(2), "hex")),
  ),
);

/** A log of ours by its event's name. */
export function ourLog(
  contract: ContractName,
  name: string,
  values: Readonly<Record<string, unknown>> = {},
): ReceiptLog {
  const { topics, data } = said(contract, name, {
    ...{ credential: CREDENTIAL, holder: HOLDER, issuer: ISSUER, seal: SEAL, grantee: address(2), purpose: 1 },
    ...{ legalBasis: 3, reason: 2, context: bytes32(0xc0), record: packRecord(record({ retention: 1_000n })) },
    ...values,
  });
  return { address: CONTRACT, topics, data };
}

export interface MadeReceipt {
  readonly type?: string;
  readonly status?: string;
  readonly logsBloom?: string;
  readonly logs: readonly ReceiptLog[];
}

export interface Made {
  readonly encoding?: Encoding;
  readonly receipts: readonly MadeReceipt[];
  /** Fields of the header that are otherwise. */
  readonly header?: Readonly<Record<string, string>>;
  /** Takes the place of an encoded receipt. */
  readonly raw?: ReadonlyMap<number, string>;
  /** Fields of all transactions that are otherwise; null: the node does not give them. */
  readonly transactions?: Readonly<Record<string, unknown>> | null;
}

export function makeBlock({ encoding = "ethereum", receipts, header, raw, transactions = {} }: Made): ProvenBlock {
  let gas = 0;
  const encoded = receipts.map((receipt, i) => {
    gas += 21_000;
    const { type = "0x2", status = "0x1", logsBloom = null, logs } = receipt;
    const given = { type, status, logsBloom, logs, cumulativeGasUsed: toQuantity(gas) };
    return raw?.get(i) ?? encodeReceipt(given, encoding);
  });
  const sent = receipts.map(({ type = "0x2" }, i) => encodeTransaction(transactionOf(type, i, transactions), encoding));
  const fields = {
    ...{ parentHash: bytes32(1), sha3Uncles: bytes32(2), miner: address(3), stateRoot: bytes32(4) },
    ...{ transactionsRoot: `0x${listRoot(sent)}`, receiptsRoot: `0x${listRoot(encoded)}` },
    logsBloom: `0x${bloomDigits(receipts.flatMap(({ logs }) => logs))}`,
    ...{ difficulty: "0x0", number: "0xabcde", gasLimit: "0x1c9c380", gasUsed: toQuantity(gas) },
    ...{ timestamp: "0x6b49d200", extraData: "0xbeef", mixHash: bytes32(6), nonce: "0x0000000000000000" },
    ...{ baseFeePerGas: "0x7", withdrawalsRoot: bytes32(7), blobGasUsed: "0x0", excessBlobGas: "0x0" },
    parentBeaconBlockRoot: bytes32(8),
    ...header,
  };
  let logs = 0;
  const firstLogs = receipts.map((receipt) => {
    logs += receipt.logs.length;
    return logs - receipt.logs.length;
  });
  return {
    ...{ encoding, hash: `0x${headerHash(fields)}`, header: encodeHeader(fields), receipts: encoded, firstLogs },
    transactions: transactions === null ? undefined : sent,
  };
}

/** What a transaction of any type needs. Nothing here looks at who signed it. */
function transactionOf(type: string, nonce: number, more: Made["transactions"]): JsonObject {
  return {
    ...{ type, nonce: toQuantity(nonce), gas: "0x5208", value: "0x0", input: "0xbeef", to: address(0x70) },
    ...{ chainId: toQuantity(CHAIN), gasPrice: "0x7", maxFeePerGas: "0x9", maxPriorityFeePerGas: "0x1" },
    ...{ accessList: [{ address: address(1), storageKeys: [bytes32(1), bytes32(2)] }], authorizationList: [] },
    ...{ maxFeePerBlobGas: "0x1", blobVersionedHashes: [bytes32(3)], r: "0x1234", s: "0x5678" },
    ...(type === "0x0" ? { v: toQuantity(2 * CHAIN + 35) } : { yParity: "0x1" }),
    ...{ sourceHash: bytes32(9), from: address(9), mint: "0x1", isSystemTx: false },
    ...more,
  };
}

const toQuantity = (value: number): string => `0x${value.toString(16)}`;

/** Receipts of strangers, as blocks are full of. */
export function strangers(count: number, seed = 7): MadeReceipt[] {
  const random = createRandom(seed);
  const hex = (length: number): string => toHex(random.bytes(length));
  return Array.from({ length: count }, () => ({
    type: random.pick(["0x0", "0x1", "0x2", "0x3", "0x4"]),
    logs: Array.from({ length: random.int(4) }, () => ({
      address: hex(20),
      topics: Array.from({ length: random.int(5) }, () => hex(32)),
      data: hex(random.int(200)),
    })),
  }));
}

const CLAIMS: Omit<Claims, "logIndexInBlock" | "transactionHash"> = {
  sequenceNumber: "17",
  verification: "VERIFIED",
  verifiedAt: null,
  finality: "FINALIZED",
  learnedAt: "2026-11-26T01:02:03.456789Z",
  retractedAt: null,
  statedAt: "2026-11-26T04:05:06.789Z",
};

/** Evidence of a log, by its places among the receipts and in its receipt. */
export function bundleOf(
  block: ProvenBlock,
  receipt: number,
  log: number,
  more: Partial<Subject["contract"]> = {},
): Bundle {
  return buildBundle(block, {
    chain: "eip155:42161",
    contract: { name: "AccessGrants", address: CONTRACT, creation: CREATION, ...more },
    transactionIndex: receipt,
    claims: {
      ...CLAIMS,
      transactionHash: hashOfTransaction(block, receipt),
      logIndexInBlock: (block.firstLogs[receipt] ?? 0) + log,
    },
  });
}

/** Of what a node does not give we have its word. */
function hashOfTransaction({ transactions }: ProvenBlock, index: number): string {
  return transactions === undefined ? bytes32(0x7a) : `0x${hashDigits(transactions[index] ?? "")}`;
}

/** Where the good log is in {@link goodBlock}. */
export const PLACE = { receipt: 131, log: 1 } as const;

/** A block of 150 transactions, one of which is ours and has three logs. */
export function goodReceipts(): MadeReceipt[] {
  const receipts = strangers(150);
  receipts[PLACE.receipt] = {
    logs: [
      ourLog("AccessGrants", "Revoked"),
      ourLog("AccessGrants", "Granted"),
      ourLog("AccessGrants", "Granted", { purpose: 2 }),
    ],
  };
  return receipts;
}

export const goodBlock = (): ProvenBlock => makeBlock({ receipts: goodReceipts() });
export const goodBundle = (): Bundle => bundleOf(goodBlock(), PLACE.receipt, PLACE.log);

export const textOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
