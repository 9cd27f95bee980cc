import { LRUCache } from "lru-cache";
import type pino from "pino";
import type { ProvenBlock } from "../../evidence/buildBundle.ts";
import { type Bytes32, toHex } from "../../grants/bytes.ts";
import { caip2 } from "../../grants/caip.ts";
import { explain, OperatorError, RetryableError } from "../../ops/errors.ts";
import type { ReadBlock } from "../../rpc/readBlock.ts";
import { noEvidence } from "../errors.ts";
import type { EvidenceSource, EvidenceSources } from "./sources.ts";
import { Turns } from "./turns.ts";

/** Digits of headers and receipts; V8 keeps them in a byte each. Some fifty full blocks of Ethereum. */
const CACHE_BYTES = 64 * 1024 * 1024;
/** Reads of blocks under way: the endpoints are there for the sync room first. */
const AT_ONCE = 4;
/** A page of events may ask for evidence of each; a second one then has to come again. */
const MOST_WAITING = 120;
/** From the question to the block, waiting for a turn included. */
const READ_TIMEOUT_MS = 10_000;

interface Wanted {
  readonly readBlock: ReadBlock;
  readonly hash: Bytes32;
  readonly number: bigint;
}

/**
 * Blocks that evidence is made of: read from the chain's endpoints when first asked for, each once however many ask, and
 * kept within a bound. A block is named by its hash, so what is kept can never be out of date.
 */
export class EvidenceBlocks {
  readonly #sources: EvidenceSources;
  readonly #log: pino.Logger;
  readonly #turns = new Turns(AT_ONCE, MOST_WAITING);
  readonly #cache = new LRUCache<string, ProvenBlock, Wanted>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ header, receipts, transactions = [] }) =>
      [...receipts, ...transactions].reduce((size, digits) => size + digits.length + 64, header.length + 200),
    // Whoever asked gets the block also where there was no room left to keep it.
    ignoreFetchAbort: true,
    fetchMethod: (_key, _stale, { context }) => this.#read(context),
  });

  constructor(sources: EvidenceSources, log: pino.Logger) {
    this.#sources = sources;
    this.#log = log;
  }

  /** @throws GraphQLError where this process can give no evidence of the chain's events. */
  source(chainId: bigint): EvidenceSource & { readonly readBlock: ReadBlock } {
    const source = this.#sources(chainId);
    if (source === undefined)
      throw noEvidence("EVIDENCE_UNAVAILABLE", `This server does not follow ${caip2(chainId)}: ask one that does.`);
    const { contracts, readBlock } = source;
    if (readBlock === undefined)
      throw noEvidence(
        "EVIDENCE_UNPROVEN",
        `How blocks of ${caip2(chainId)} are encoded is not proven here, so there is no evidence of its events.`,
      );
    return { contracts, readBlock };
  }

  /** @throws GraphQLError when no node has the block, or none answers in time. */
  async get(chainId: bigint, hash: Bytes32, number: bigint): Promise<ProvenBlock> {
    const { readBlock } = this.source(chainId);
    const name = toHex(hash);
    const key = `${chainId}:${name}`;
    if (!this.#cache.has(key) && this.#turns.full)
      throw noEvidence("EVIDENCE_UNAVAILABLE", "Too much evidence is being asked for at once. Try again.");
    let block: ProvenBlock | undefined;
    try {
      block = await this.#cache.fetch(key, { context: { readBlock, hash, number } });
    } catch (error) {
      if (!isPassing(error)) throw error;
      this.#log.warn({ chain: caip2(chainId), block: name, problem: explain(error) }, "no evidence could be read");
      throw noEvidence("EVIDENCE_UNAVAILABLE", `No node of ${caip2(chainId)} gave block ${name} in time. Try again.`);
    }
    if (block === undefined)
      throw noEvidence(
        "EVIDENCE_GONE",
        `No node of ${caip2(chainId)} has block ${name} with its receipts any more: a reorg dropped it, or they were pruned.`,
      );
    return block;
  }

  #read({ readBlock, hash, number }: Wanted): Promise<ProvenBlock | undefined> {
    // From now on: whoever waits for a turn as long as that is told so when it comes.
    const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
    return this.#turns.take(() => {
      signal.throwIfAborted();
      return readBlock(hash, number, signal);
    });
  }
}

/** The endpoints are away, slow, wrong, or give what does not stand up. */
const isPassing = (error: unknown): boolean =>
  error instanceof RetryableError ||
  error instanceof OperatorError ||
  (error instanceof DOMException && (error.name === "TimeoutError" || error.name === "AbortError"));
