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
    const [headers, logs] = await Promise.all([
      this.#reader.headers(from, to, signal),
      this.#reader.logs(from, to, signal),
    ]);
    return this.#assemble(headers, logs, signal);
  }

  /** One block whose header is known already, its logs asked for by its hash. */
  async block(header: Header, signal?: AbortSignal): Promise<Blocks> {
    const [logs] = await this.#reader.logsOfBlocks([header.hash], signal);
    return this.#assemble([header], logs ?? [], signal);
  }

  async #assemble(headers: readonly Header[], found: readonly RawLog[], signal?: AbortSignal): Promise<Blocks> {
    assertLinked(headers);
    const logs = attachLogs(headers, found, this.#contracts);
    const suspicious = suspiciousBlocks(headers, logs, this.#masks);
    if (suspicious.length === 0) return { headers, logs };
    // Asked for by hash, a node either has the block's logs or says that it does not have the block.
    const hashes = suspicious.map((header) => header.hash);
    const missed = (await this.#reader.logsOfBlocks(hashes, signal)).flat();
    return { headers, logs: missed.length === 0 ? logs : attachLogs(headers, [...found, ...missed], this.#contracts) };
  }
}

function assertLinked(headers: readonly Header[]): void {
  for (let i = 1; i < headers.length; i++) {
    const [parent, child] = [headers[i - 1], headers[i]];
    if (parent && child && !sameBytes(child.parentHash, parent.hash))
      throw new RetryableError(`the node's block ${child.number} does not link to its block ${parent.number}`);
  }
}
