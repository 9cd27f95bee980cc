import { fromHex, toHex } from "../grants/bytes.ts";
import { caip2 } from "../grants/caip.ts";
import { type Bundle, type Claims, type Creation, FORMAT, sealed, VERSION } from "./bundle.ts";
import type { SuiteContract } from "./contractEvents.ts";
import { decodeHeader } from "./decodeHeader.ts";
import { decodeReceipt } from "./decodeReceipt.ts";
import type { Encoding } from "./encodings.ts";
import { EvidenceError } from "./errors.ts";
import { keccak256 } from "./keccak.ts";
import { stateLog } from "./statement.ts";
import { decodeTransaction } from "./transaction.ts";
import { listProof } from "./trie.ts";

/** A block whose hash and receipts root were recomputed. */
export interface ProvenBlock {
  readonly encoding: Encoding;
  /** Lower-case `0x` text. */
  readonly hash: string;
  /** RLP of the header, as hex digits. */
  readonly header: string;
  /** Of all its transactions, in their order, as the trie holds them: hex digits. */
  readonly receipts: readonly string[];
  /** Likewise; undefined where what the node gave does not rebuild their root. */
  readonly transactions: readonly string[] | undefined;
  /** Of each receipt, the place of its first log in the block. */
  readonly firstLogs: readonly number[];
}

/** What the bundle is about. */
export interface Subject {
  /** CAIP-2. */
  readonly chain: string;
  readonly contract: {
    readonly name: SuiteContract;
    /** Lower-case hex. */
    readonly address: string;
    readonly creation: Creation | null;
  };
  readonly transactionIndex: number;
  readonly claims: Claims;
}

/** Evidence of one log of a block. @throws EvidenceError when the block does not hold a log of the contract there. */
export function buildBundle(block: ProvenBlock, { chain, contract, transactionIndex, claims }: Subject): Bundle {
  const receipt = block.receipts[transactionIndex];
  const firstLog = block.firstLogs[transactionIndex];
  if (receipt === undefined || firstLog === undefined)
    throw new EvidenceError(
      `block ${block.hash} has ${block.receipts.length} receipts, and none at ${transactionIndex}`,
    );
  const { type, logs } = decodeReceipt(fromHex(`0x${receipt}`), block.encoding);
  const index = claims.logIndexInBlock - firstLog;
  const log = logs[index];
  if (log?.address !== contract.address)
    throw new EvidenceError(`log ${claims.logIndexInBlock} of block ${block.hash} is not of ${contract.address}`);
  const said = stateLog(contract.name, log);
  const header = decodeHeader(fromHex(`0x${block.header}`));
  return sealed({
    ...{ format: FORMAT, version: VERSION, chain, encoding: block.encoding },
    block: {
      hash: block.hash,
      number: String(BigInt(header["number"] ?? "0x0")),
      time: String(BigInt(header["timestamp"] ?? "0x0")),
      header,
      rlp: `0x${block.header}`,
    },
    receipt: {
      index: transactionIndex,
      type,
      rlp: `0x${receipt}`,
      proof: listProof(block.receipts, transactionIndex).map((node) => `0x${node}`),
    },
    transaction: transactionOf(block, transactionIndex),
    log: { index, address: log.address, topics: [...log.topics], data: log.data },
    contract: { name: contract.name, account: `${chain}:${contract.address}`, creation: contract.creation },
    event: { ...said, fields: [...said.fields], record: said.record && { ...said.record } },
    claims,
  });
}

function transactionOf({ transactions, encoding }: ProvenBlock, index: number): Bundle["transaction"] {
  const digits = transactions?.[index];
  if (transactions === undefined || digits === undefined) return null;
  const bytes = fromHex(`0x${digits}`);
  const { chainId } = decodeTransaction(bytes, encoding);
  return {
    hash: toHex(keccak256(bytes)),
    signedFor: chainId === null ? null : caip2(chainId),
    rlp: `0x${digits}`,
    proof: listProof(transactions, index).map((node) => `0x${node}`),
  };
}
