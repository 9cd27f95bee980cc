import { hexlify } from "ethers";
import { placed, type SealedBlock } from "./block.ts";
import type { FakeChain } from "./chain.ts";
import { bloomOf } from "./receipts.ts";
import { type Answer, type Call, quantity, type RpcBlock, type RpcLog, type RpcReceipt } from "./rpc.ts";

/**
 * What an honest node answers (https://ethereum.github.io/execution-apis/). It may be behind: then it knows nothing of the
 * blocks that it does not have yet, and says so in the way nodes do.
 */
export class HonestNode {
  readonly chain: FakeChain;
  readonly #behind: number;

  constructor(chain: FakeChain, behind = 0) {
    this.chain = chain;
    this.#behind = behind;
  }

  get head(): number {
    return Math.max(0, this.chain.head.number - this.#behind);
  }

  answer({ method, params }: Call): Answer {
    switch (method) {
      case "eth_chainId":
        return { result: quantity(this.chain.chainId) };
      case "net_version":
        return { result: this.chain.chainId.toString() };
      case "eth_blockNumber":
        return { result: quantity(this.head) };
      case "eth_getBlockByNumber": {
        const block = this.#byTag(String(params[0]));
        return { result: block === undefined ? null : blockOf(block, params[1] === true) };
      }
      case "eth_getBlockByHash": {
        const block = this.#byHash(String(params[0]));
        return { result: block === undefined ? null : blockOf(block, params[1] === true) };
      }
      case "eth_getLogs":
        return this.#logs(params[0] as Filter);
      case "eth_getBlockReceipts": {
        const text = String(params[0]);
        const block = text.length === 66 ? this.#byHash(text) : this.#byTag(text);
        return { result: block === undefined ? null : receiptsOf(block) };
      }
      case "eth_getTransactionReceipt":
        return { result: this.#receipt(String(params[0])) };
      default:
        return { error: { code: -32601, message: `the method ${method} does not exist/is not available` } };
    }
  }

  #at(number: number): SealedBlock | undefined {
    return number <= this.head ? this.chain.canonical[number] : undefined;
  }

  #byTag(tag: string): SealedBlock | undefined {
    const { safe, finalized } = this.chain;
    switch (tag) {
      case "latest":
      case "pending":
        return this.#at(this.head);
      case "earliest":
        return this.#at(0);
      case "safe":
        return this.#at(Math.min(safe, this.head));
      case "finalized":
        return this.#at(Math.min(finalized, this.head));
      default:
        return this.#at(Number(tag));
    }
  }

  /** Blocks of branches that were left are still known by their hash, as in any node. */
  #byHash(hash: string): SealedBlock | undefined {
    const block = this.chain.block(hash.toLowerCase());
    return block !== undefined && block.number <= this.head ? block : undefined;
  }

  #logs(filter: Filter): Answer {
    if (filter.blockHash !== undefined) {
      const block = this.#byHash(filter.blockHash);
      if (block === undefined) return { error: { code: -32000, message: "unknown block" } };
      return { result: matching(filter, logsOf(block)) };
    }
    const [from, to] = [filter.fromBlock ?? "latest", filter.toBlock ?? "latest"].map(
      (tag) => this.#byTag(tag)?.number ?? Number(tag),
    ) as [number, number];
    if (to > this.head) return { error: { code: -32602, message: "block range extends beyond current head block" } };
    return { result: matching(filter, this.chain.canonical.slice(from, to + 1).flatMap(logsOf)) };
  }

  #receipt(hash: string): RpcReceipt | null {
    for (let number = this.head; number >= 0; number--) {
      const block = this.chain.canonical[number];
      const index = block?.transactions.findIndex((transaction) => transaction.hash === hash) ?? -1;
      if (block !== undefined && index >= 0) return receiptsOf(block)[index] ?? null;
    }
    return null;
  }
}

export interface Filter {
  readonly blockHash?: string;
  readonly fromBlock?: string;
  readonly toBlock?: string;
  readonly address?: string | readonly string[];
  readonly topics?: readonly (string | readonly string[] | null)[];
}

function matching({ address, topics = [] }: Filter, logs: readonly RpcLog[]): RpcLog[] {
  const addresses = address === undefined ? undefined : [address].flat().map((one) => one.toLowerCase());
  return logs.filter(
    (log) =>
      (addresses === undefined || addresses.includes(log.address)) &&
      topics.every((wanted, i) => wanted === null || [wanted].flat().includes(log.topics[i] ?? "")),
  );
}

function blockOf(block: SealedBlock, whole = false): RpcBlock {
  const transactions = whole
    ? block.transactions.map(({ hash, from, to, type }, i) => ({
        ...{ hash, from, to, type: quantity(type), transactionIndex: quantity(i), blockHash: block.hash },
      }))
    : block.transactions.map(({ hash }) => hash);
  return { ...block.header, transactions } as unknown as RpcBlock;
}

export function logsOf(block: SealedBlock): RpcLog[] {
  return placed(block).map(({ log, transaction, transactionIndex, logIndex }) => ({
    address: log.address,
    topics: [...log.topics],
    data: log.data,
    blockNumber: quantity(block.number),
    blockHash: block.hash,
    transactionHash: transaction.hash,
    transactionIndex: quantity(transactionIndex),
    logIndex: quantity(logIndex),
    removed: false,
  }));
}

const GAS = 60_000;

function receiptsOf(block: SealedBlock): RpcReceipt[] {
  const logs = logsOf(block);
  return block.transactions.map(({ hash, type, from, to, logs: own }, i) => ({
    transactionHash: hash,
    transactionIndex: quantity(i),
    blockHash: block.hash,
    blockNumber: quantity(block.number),
    ...{ from, to, contractAddress: null, status: "0x1", type: quantity(type) },
    gasUsed: quantity(GAS),
    cumulativeGasUsed: quantity(GAS * (i + 1)),
    effectiveGasPrice: "0x3b9aca00",
    ...(type === 3 ? { blobGasUsed: "0x20000", blobGasPrice: "0x1" } : {}),
    logsBloom: hexlify(bloomOf(own)),
    logs: logs.filter((log) => log.transactionIndex === quantity(i)),
  }));
}
