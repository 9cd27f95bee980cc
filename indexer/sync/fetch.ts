import type { Address } from "../grants/bytes.ts";
import { RetryableError } from "../ops/errors.ts";
import type { Header, RawLog } from "../rpc/answers.ts";
import type { ChainReader } from "../rpc/chainReader.ts";
import {
  addressSet,
  attachLogs,
  type ContractBloom,
  contractBloom,
  suspiciousBlocks,
  type TimedLog,
} from "./attach.ts";
import { linksTo } from "./window.ts";

/** Linked blocks and all logs of our contracts in them. */
export interface Blocks {
  readonly headers: readonly Header[];
  readonly logs: readonly TimedLog[];
}

/** Fetches ranges of blocks and refuses those whose parts contradict each other. */
export class BlockFetcher {
  readonly #reader: ChainReader;
  readonly #contracts: ReadonlySet<string>;
  readonly #blooms: readonly ContractBloom[];

  constructor(reader: ChainReader, contracts: readonly Address[]) {
    this.#reader = reader;
    this.#contracts = addressSet(contracts);
    this.#blooms = contracts.map(contractBloom);
  }

  /** Blocks `from`…`to`, asked for by number. */
  async range(from: bigint, to: bigint, signal?: AbortSignal): Promise<Blocks> {
    const read = await this.#read(from, to, signal);
    return this.#complete(read, await this.#byHash(read.suspicious, signal));
  }

  /** The same for the newest blocks, whose logs a node may not have in its index yet. */
  async newest(from: bigint, to: bigint, signal?: AbortSignal): Promise<Blocks> {
    const read = await this.#read(from, to, signal);
    return this.#complete(read, await this.#fromReceipts(read.suspicious, signal));
  }

  /** The newest block, whose header is known already: its logs are asked for by its hash. */
  async block(header: Header, signal?: AbortSignal): Promise<Blocks> {
    const read = this.#examine([header], await this.#byHash([header], signal));
    return this.#complete(read, await this.#fromReceipts(read.suspicious, signal));
  }

  async #read(from: bigint, to: bigint, signal?: AbortSignal): Promise<Read> {
    const [headers, found] = await Promise.all([
      this.#reader.headers(from, to, signal),
      this.#reader.logs(from, to, signal),
    ]);
    assertLinked(headers);
    return this.#examine(headers, found);
  }

  #examine(headers: readonly Header[], found: readonly RawLog[]): Read {
    const logs = attachLogs(headers, found, this.#contracts);
    return { headers, found, logs, suspicious: suspiciousBlocks(headers, logs, this.#blooms) };
  }

  /** @param again all logs of ours in the suspicious blocks, as another question was answered. */
  #complete({ headers, found, logs, suspicious }: Read, again: readonly RawLog[]): Blocks {
    if (suspicious.length === 0) return { headers, logs };
    const asked = new Set(suspicious.map((header) => header.number));
    const repeated = new Set(again.map(positionOf));
    const lost = found.find((log) => asked.has(log.blockNumber) && !repeated.has(positionOf(log)));
    if (lost !== undefined)
      throw new RetryableError(`block ${lost.blockNumber}: the node gave log ${lost.logIndex}, and then it did not`);
    const others = found.filter((log) => !asked.has(log.blockNumber));
    return { headers, logs: attachLogs(headers, [...others, ...again], this.#contracts) };
  }

  /** Asked for by hash, a node either has the block's logs or says that it does not have the block. */
  async #byHash(blocks: readonly Header[], signal?: AbortSignal): Promise<RawLog[]> {
    if (blocks.length === 0) return [];
    const hashes = blocks.map((header) => header.hash);
    return (await this.#reader.logsOfBlocks(hashes, signal)).flat();
  }

  /** Our logs as the receipts have them; by hash where the node does not serve receipts. */
  async #fromReceipts(blocks: readonly Header[], signal?: AbortSignal): Promise<RawLog[]> {
    if (blocks.length === 0) return [];
    const hashes = blocks.map((header) => header.hash);
    const inReceipts = await this.#reader.logsInReceipts(hashes, signal);
    if (inReceipts === undefined) return this.#byHash(blocks, signal);
    const empty = blocks[inReceipts.findIndex((logs) => logs.length === 0)];
    if (empty !== undefined)
      throw new RetryableError(`block ${empty.number}: its header announces logs, the node's receipts have none`);
    return inReceipts.flat().filter((log) => this.#contracts.has(log.address));
  }
}

const positionOf = (log: RawLog): string => `${log.blockHash}${log.transactionIndex}/${log.logIndex}${log.address}`;

/** What a node said of some blocks, and which of them it may have said too little about. */
interface Read extends Blocks {
  readonly found: readonly RawLog[];
  readonly suspicious: readonly Header[];
}

function assertLinked(headers: readonly Header[]): void {
  for (let i = 1; i < headers.length; i++) {
    const [parent, child] = [headers[i - 1], headers[i]];
    if (parent && child && !linksTo(child, parent))
      throw new RetryableError(`the node's block ${child.number} does not link to its block ${parent.number}`);
  }
}
