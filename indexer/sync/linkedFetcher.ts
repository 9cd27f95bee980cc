import type { Address } from "../grants/bytes.ts";
import { RetryableError } from "../ops/errors.ts";
import type { Header, RawLog } from "../rpc/answers.ts";
import type { ChainReader } from "../rpc/chainReader.ts";
import { addressSet, attachLogs, type ContractBloom, contractBloom, suspiciousBlocks } from "./attach.ts";
import type { BlockFetcher, Blocks } from "./fetch.ts";
import { assertLinked } from "./links.ts";

/** LINKED: every header, linked, and logs that agree with the headers' hashes and bloom filters. */
export class LinkedFetcher implements BlockFetcher {
  readonly #reader: ChainReader;
  readonly #contracts: ReadonlySet<string>;
  readonly #blooms: readonly ContractBloom[];

  constructor(reader: ChainReader, contracts: readonly Address[]) {
    this.#reader = reader;
    this.#contracts = addressSet(contracts);
    this.#blooms = contracts.map(contractBloom);
  }

  async range(from: bigint, to: bigint, signal?: AbortSignal): Promise<Blocks> {
    const read = await this.#read(from, to, signal);
    return this.#complete(read, await this.#byHash(read.suspicious, signal));
  }

  async newest(from: bigint, to: bigint, signal?: AbortSignal): Promise<Blocks> {
    const read = await this.#read(from, to, signal);
    return this.#complete(read, await this.#fromReceipts(read.suspicious, signal));
  }

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
