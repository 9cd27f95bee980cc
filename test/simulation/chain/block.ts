import { createBlockHeader } from "@ethereumjs/block";
import { type Common, createCustomCommon, Hardfork, Mainnet } from "@ethereumjs/common";
import { createMPT } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { getBytes, hexlify } from "ethers";
import type { Random } from "../../support/random.ts";
import type { Act } from "../model/acts.ts";
import { CONTRACTS } from "../model/cast.ts";
import { type Contracts, copyOf } from "../model/ledgerState.ts";
import { encoded, isEvent, type Said } from "../model/said.ts";
import { bloomOf, encodeReceipt, type Log, type Receipt } from "./receipts.ts";
import { anyTransaction, type SentTransaction } from "./transactions.ts";

/**
 * A block of our own making whose hashes are right: header of the newest fork, transactions, receipts, blooms and roots by
 * libraries that the product does not use. What was said in it and what the contracts hold after it come from the model.
 */
export interface SealedBlock {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  readonly time: bigint;
  /** The header as JSON-RPC shows it, without the transactions. */
  readonly header: Readonly<Record<string, unknown>>;
  readonly transactions: readonly MinedTransaction[];
  readonly contracts: Contracts;
}

export interface MinedTransaction extends SentTransaction {
  readonly said: readonly Said[];
  readonly logs: readonly Log[];
}

const GAS = 60_000n;
const commons = new Map<bigint, Common>();

function commonOf(chainId: bigint): Common {
  const known = commons.get(chainId);
  if (known !== undefined) return known;
  const common = createCustomCommon({ chainId: Number(chainId) }, Mainnet, { hardfork: Hardfork.Osaka });
  commons.set(chainId, common);
  return common;
}

export interface Draft {
  readonly chainId: bigint;
  readonly parent: SealedBlock | undefined;
  readonly time: bigint;
  /** One transaction each; one that says nothing reverted, or did something of no concern to us. */
  readonly acts: readonly Act[];
  readonly contracts: Contracts;
  /** Where everything that is only there to make a block differ comes from. */
  readonly random: Random;
}

export async function seal({ chainId, parent, time, acts, contracts, random }: Draft): Promise<SealedBlock> {
  const after = copyOf(contracts);
  const transactions = acts.map((act): MinedTransaction => {
    const said = act(after, time);
    const first = said[0];
    const to = first === undefined ? CONTRACTS.AccessGrants : addressOf(first);
    return { ...anyTransaction(random, chainId, to), said, logs: said.map(logOf) };
  });
  const receipts = transactions.map(
    ({ type, logs }, i): Receipt => ({ type, logs, cumulativeGasUsed: GAS * BigInt(i + 1) }),
  );
  const logs = transactions.flatMap((transaction) => transaction.logs);
  const header = createBlockHeader(
    {
      number: BigInt((parent?.number ?? -1) + 1),
      parentHash: getBytes(parent?.hash ?? `0x${"00".repeat(32)}`),
      timestamp: time,
      coinbase: hexlify(random.bytes(20)) as `0x${string}`,
      stateRoot: random.bytes(32),
      transactionsTrie: await rootOf(transactions.map(({ serialized }) => getBytes(serialized))),
      receiptTrie: await rootOf(receipts.map(encodeReceipt)),
      logsBloom: bloomOf(logs),
      gasLimit: 36_000_000n,
      gasUsed: GAS * BigInt(receipts.length),
      baseFeePerGas: 7n,
      mixHash: random.bytes(32),
      parentBeaconBlockRoot: random.bytes(32),
      extraData: random.bytes(random.int(33)),
    },
    { common: commonOf(chainId), skipConsensusFormatValidation: true },
  );
  const { receiptTrie, transactionsTrie, coinbase, uncleHash, number, ...fields } = header.toJSON();
  const hash = hexlify(header.hash());
  return {
    number: Number(header.number),
    hash,
    parentHash: hexlify(header.parentHash),
    time,
    header: {
      ...{ ...fields, number, hash, miner: coinbase, sha3Uncles: uncleHash, receiptsRoot: receiptTrie },
      ...{ transactionsRoot: transactionsTrie, totalDifficulty: "0x0", size: "0x400", uncles: [], withdrawals: [] },
    },
    transactions,
    contracts: after,
  };
}

const addressOf = ({ contract }: Said): string =>
  typeof contract === "string" ? CONTRACTS[contract] : contract.stranger;

const logOf = (said: Said): Log => ({ address: addressOf(said), ...encoded(said) });

/** Root of the trie over a list, each item under the RLP of its index. */
async function rootOf(items: readonly Uint8Array[]): Promise<Uint8Array> {
  const trie = await createMPT();
  for (const [i, item] of items.entries()) await trie.put(RLP.encode(i), item);
  return trie.root();
}

/** A log of ours in its block, with its place. */
export interface PlacedSaid {
  readonly said: Said;
  readonly log: Log;
  readonly transaction: MinedTransaction;
  readonly transactionIndex: number;
  readonly logIndex: number;
}

/** All logs of a block in order. */
export function placed(block: SealedBlock): PlacedSaid[] {
  let logIndex = 0;
  return block.transactions.flatMap((transaction, transactionIndex) =>
    transaction.said.map((said, i) => {
      const log = transaction.logs[i];
      if (log === undefined) throw new Error("every word has its log");
      return { said, log, transaction, transactionIndex, logIndex: logIndex++ };
    }),
  );
}

export const isOurs = ({ said }: Pick<PlacedSaid, "said">): boolean =>
  isEvent(said) || typeof said.contract === "string";
