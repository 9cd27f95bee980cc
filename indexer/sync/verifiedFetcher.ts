import type { Address } from "../grants/bytes.ts";
import { OperatorError } from "../ops/errors.ts";
import type { Header, RawLog } from "../rpc/answers.ts";
import type { ChainReader } from "../rpc/chainReader.ts";
import { type ContractBloom, contractBloom, mayContain, type TimedLog } from "./attach.ts";
import type { BlockFetcher, Blocks } from "./fetch.ts";
import { assertLinked } from "./links.ts";

/**
 * VERIFIED: headers whose hashes were recomputed, and logs out of receipts that rebuild the header's root, so that a node can
 * neither invent, alter, reorder nor hide one. `eth_getLogs` is not asked: it could only repeat what is proven.
 */
export class VerifiedFetcher implements BlockFetcher {
  readonly #reader: ChainReader;
  readonly #blooms: readonly ContractBloom[];
  readonly #trustBlooms: boolean;

  constructor(reader: ChainReader, contracts: readonly Address[], trustBlooms: boolean) {
    this.#reader = reader;
    this.#blooms = contracts.map(contractBloom);
    this.#trustBlooms = trustBlooms;
  }

  async range(from: bigint, to: bigint, signal?: AbortSignal): Promise<Blocks> {
    const headers = await this.#reader.headers(from, to, signal);
    assertLinked(headers);
    return this.#withLogs(headers, signal);
  }

  newest(from: bigint, to: bigint, signal?: AbortSignal): Promise<Blocks> {
    return this.range(from, to, signal);
  }

  block(header: Header, signal?: AbortSignal): Promise<Blocks> {
    return this.#withLogs([header], signal);
  }

  async #withLogs(headers: readonly Header[], signal?: AbortSignal): Promise<Blocks> {
    // The filter is part of what was hashed, so a node cannot clear a bit in it.
    const asked = this.#trustBlooms
      ? headers.filter(({ logsBloom }) => this.#blooms.some(({ mask }) => mayContain(logsBloom, mask)))
      : headers;
    const found = await this.#reader.provenLogs(asked, signal);
    const logs: TimedLog[] = [];
    for (const [i, header] of asked.entries()) {
      const own = found[i] ?? [];
      if (this.#trustBlooms) this.#assertAnnounced(header, own);
      for (const log of own) logs.push({ log, blockTime: header.time, verification: "VERIFIED" });
    }
    return { headers, logs };
  }

  /** A filter that misses a log that is there would have hidden it in another block. */
  #assertAnnounced({ number, logsBloom }: Header, logs: readonly RawLog[]): void {
    const missed = this.#blooms.find(
      ({ address, mask }) => !mayContain(logsBloom, mask) && logs.some((log) => log.address === address),
    );
    if (missed !== undefined)
      throw new OperatorError(
        `block ${number} holds a log of ${missed.address} that its bloom filter excludes: the filters of this chain are wrong, so set blooms to "wrong" for it, and read its history again into another database`,
      );
  }
}
