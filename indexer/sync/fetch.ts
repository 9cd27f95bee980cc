import { type Address, sameBytes } from "../grants/bytes.ts";
import { RetryableError } from "../ops/errors.ts";
import type { Header, RawLog } from "../rpc/answers.ts";
import type { ChainReader } from "../rpc/chainReader.ts";
import { addressSet, attachLogs, type BloomMask, bloomMask, suspiciousBlocks, type TimedLog } from "./attach.ts";

/** Linked blocks and all logs of our contracts in them. */
export interface Blocks {
  readonly headers: readonly Header[];
  readonly logs: readonly TimedLog[];
}

/** Fetches ranges of blocks and refuses those whose parts contradict each other. */
export class BlockFetcher {
  readonly #reader: ChainReader;
  readonly #contracts: ReadonlySet<string>;
  readonly #masks: readonly BloomMask[];

  constructor(reader: ChainReader, contracts: readonly Address[]) {
    this.#reader = reader;
    this.#contracts = addressSet(contracts);
    this.#masks = contracts.map(bloomMask);
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
    return { headers, found, logs, suspicious: suspiciousBlocks(headers, logs, this.#masks) };
  }

  #complete({ headers, found, logs }: Read, missed: readonly RawLog[]): Blocks {
    return { headers, logs: missed.length === 0 ? logs : attachLogs(headers, [...found, ...missed], this.#contracts) };
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

/** What a node said of some blocks, and which of them it may have said too little about. */
interface Read extends Blocks {
  readonly found: readonly RawLog[];
  readonly suspicious: readonly Header[];
}

function assertLinked(headers: readonly Header[]): void {
  for (let i = 1; i < headers.length; i++) {
    const [parent, child] = [headers[i - 1], headers[i]];
    if (parent && child && !sameBytes(child.parentHash, parent.hash))
      throw new RetryableError(`the node's block ${child.number} does not link to its block ${parent.number}`);
  }
}
