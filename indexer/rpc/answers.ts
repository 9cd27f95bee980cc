import { claimsOf, type Proven, proveHeader } from "../evidence/block.ts";
import type { Encoding } from "../evidence/encodings.ts";
import type { JsonObject } from "../evidence/json.ts";
import { type Bytes32, fromHex, quote, toBytes32, toHex } from "../grants/bytes.ts";
import type { UnixTime } from "../grants/record.ts";
import { DEFENCES } from "../ops/defences.ts";
import { RetryableError } from "../ops/errors.ts";
import { LongList } from "./longList.ts";
import { LogPacker } from "./packedLog.ts";

/**
 * The answers we ask nodes for, checked in shape before anything relies on them
 * (https://ethereum.github.io/execution-apis/). A malformed answer is a node's fault and may be right next time, from
 * the same or another endpoint.
 */

/** A block's place in its chain, and what it says about its logs. */
export interface Header {
  readonly number: bigint;
  readonly hash: Bytes32;
  readonly parentHash: Bytes32;
  readonly time: UnixTime;
  /** 256 bytes as lower-case hex after `0x`. */
  readonly logsBloom: string;
  /** There only if the hash was recomputed from the fields. */
  readonly proven?: Proven;
}

/** One log. Positions are checked integers; topics and data of what a node said are checked hex, see packedLog.ts. */
export interface RawLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly transactionHash: string;
  readonly transactionIndex: number;
  readonly logIndex: number;
  readonly blockNumber: bigint;
  readonly blockHash: string;
}

export class MalformedAnswerError extends RetryableError {
  constructor(what: string, got: unknown) {
    super(`${what}, got ${quote(JSON.stringify(got) ?? "nothing")}`);
  }
}

const QUANTITY = /^0x(?:0|[1-9a-fA-F][0-9a-fA-F]*)$/;
/** Block numbers and times are stored in signed 64 bits; nothing real comes near. */
const MAX_QUANTITY = 2n ** 63n - 1n;
const MAX_INDEX = 2 ** 31 - 1;

export function parseQuantity(value: unknown, what: string): bigint {
  if (typeof value !== "string" || value.length > 18 || !QUANTITY.test(value))
    throw new MalformedAnswerError(`expected ${what} as a hex quantity`, value);
  const quantity = BigInt(value);
  if (quantity > MAX_QUANTITY) throw new MalformedAnswerError(`expected ${what} below 2^63`, value);
  return quantity;
}

function parseHash(value: unknown, what: string): Bytes32 {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{64}$/.test(value))
    throw new MalformedAnswerError(`expected ${what} as 32 bytes of hex`, value);
  return toBytes32(fromHex(value));
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new MalformedAnswerError(`expected ${what}`, value);
  return value as Record<string, unknown>;
}

const BLOOM = /^0x[0-9a-fA-F]{512}$/;

/**
 * A block of `eth_getBlockBy…`; undefined for `null`, which a node answers for a block that it does not have.
 * @param encoding where its hash is to be recomputed. @throws EvidenceError when it is another.
 */
export function parseHeader(value: unknown, encoding?: Encoding): Header | undefined {
  if (value === null || value === undefined) return undefined;
  const block = asRecord(value, "a block");
  const bloom = block["logsBloom"];
  if (typeof bloom !== "string" || !BLOOM.test(bloom))
    throw new MalformedAnswerError("expected logsBloom as 256 bytes of hex", bloom);
  return {
    number: parseQuantity(block["number"], "block number"),
    hash: parseHash(block["hash"], "block hash"),
    parentHash: parseHash(block["parentHash"], "parent hash"),
    time: parseQuantity(block["timestamp"], "block timestamp"),
    logsBloom: bloom.toLowerCase(),
    ...(encoding === undefined
      ? {}
      : { proven: DEFENCES.headerHash ? proveHeader(block, encoding) : claimsOf(block, encoding) }),
  };
}

/** The usual quantity, a short one, without a bigint in between; undefined for everything else. */
function shortQuantity(value: unknown): number | undefined {
  if (typeof value !== "string" || value.length < 3 || value.length > 10 || !value.startsWith("0x")) return undefined;
  let quantity = 0;
  for (let i = 2; i < value.length; i++) {
    const code = value.charCodeAt(i);
    // 0–9, then a–f; capitals go the long way.
    const digit = code < 58 ? code - 48 : code < 103 ? code - 87 : -1;
    if (digit < 0 || (code >= 58 && digit < 10)) return undefined;
    quantity = quantity * 16 + digit;
  }
  return value.charCodeAt(2) === 48 && value.length > 3 ? undefined : quantity;
}

function parseIndex(value: unknown, what: string): number {
  const index = shortQuantity(value) ?? Number(parseQuantity(value, what));
  if (index > MAX_INDEX) throw new MalformedAnswerError(`expected ${what} below 2^31`, value);
  return index;
}

/** Reads the logs of one answer. */
class LogParser {
  readonly #packer: LogPacker;
  /** Of the log before: most have the same ones, which then are held once. */
  #address = "";
  #blockHash = "";
  #transactionHash = "";
  #blockText = "";
  #blockNumber = 0n;

  /** @param expected how many there are, where that is known. */
  constructor(expected?: number) {
    this.#packer = new LogPacker(expected);
  }

  parse(value: unknown): RawLog {
    const log = asRecord(value, "a log");
    const { address, topics, data, transactionHash, blockHash } = log;
    if (
      typeof address !== "string" ||
      typeof data !== "string" ||
      typeof transactionHash !== "string" ||
      typeof blockHash !== "string" ||
      !Array.isArray(topics) ||
      topics.length > 4 ||
      !topics.every((topic) => typeof topic === "string" && topic.length === 66) ||
      address.length !== 42 ||
      transactionHash.length !== 66 ||
      blockHash.length !== 66
    )
      throw new MalformedAnswerError("expected a mined log with address, topics, data and hashes", value);
    // A filter's change feed marks dropped logs like this; in an answer to eth_getLogs it is nonsense.
    if (log["removed"] === true) throw new MalformedAnswerError("expected no removed log", value);
    if (address !== this.#address) this.#address = address.toLowerCase();
    if (blockHash !== this.#blockHash) this.#blockHash = blockHash.toLowerCase();
    if (transactionHash !== this.#transactionHash) this.#transactionHash = transactionHash;
    const packed = this.#packer.pack({
      address: this.#address,
      topics: topics as string[],
      data,
      transactionHash: this.#transactionHash,
      transactionIndex: parseIndex(log["transactionIndex"], "transaction index"),
      logIndex: parseIndex(log["logIndex"], "log index"),
      blockNumber: this.#parseBlockNumber(log["blockNumber"]),
      blockHash: this.#blockHash,
    });
    if (packed === undefined) throw new MalformedAnswerError("expected hex in topics and data", value);
    return packed;
  }

  #parseBlockNumber(value: unknown): bigint {
    if (value !== this.#blockText || this.#blockText === "") {
      const number = shortQuantity(value);
      this.#blockNumber = number === undefined ? parseQuantity(value, "block number") : BigInt(number);
      this.#blockText = value as string;
    }
    return this.#blockNumber;
  }
}

/** The logs of `eth_getLogs`, in the node's order. `null` is no answer: "no logs" is an empty list. */
export function parseLogs(value: unknown): RawLog[] {
  if (value instanceof LongList) return parseLongList(value);
  if (!Array.isArray(value)) throw new MalformedAnswerError("expected a list of logs", value);
  const parser = new LogParser(value.length);
  return value.map((log) => parser.parse(log));
}

function parseLongList(list: LongList): RawLog[] {
  const parser = new LogParser();
  const logs: RawLog[] = [];
  try {
    for (const log of list) logs.push(parser.parse(log));
  } catch (error) {
    if (error instanceof SyntaxError) throw new MalformedAnswerError("expected a list of logs as JSON", "what is none");
    throw error;
  }
  return logs;
}

/** The logs in the receipts of `eth_getBlockReceipts`. `null` is what a node answers for a block that it does not have. */
export function parseReceipts(value: unknown): RawLog[] {
  if (!Array.isArray(value)) throw new MalformedAnswerError("expected a block's list of receipts", value);
  return value.flatMap((receipt) => parseLogs(asRecord(receipt, "a receipt")["logs"]));
}

/**
 * The logs of some contracts in receipts that were proven. Where a log is follows from where the receipts hold it; what the
 * node says about that is not looked at.
 * @param contracts addresses in lower-case hex.
 */
export function logsOfReceipts(
  header: Pick<Header, "number" | "hash">,
  receipts: readonly JsonObject[],
  contracts: ReadonlySet<string>,
): RawLog[] {
  const found: RawLog[] = [];
  const logsOf = (receipt: JsonObject) =>
    receipt["logs"] as readonly { address: string; topics: string[]; data: string }[];
  const packer = new LogPacker(receipts.reduce((sum, receipt) => sum + logsOf(receipt).length, 0));
  const blockHash = toHex(header.hash);
  let logIndex = 0;
  for (const [transactionIndex, receipt] of receipts.entries()) {
    const transactionHash = (receipt["transactionHash"] as string).toLowerCase();
    for (const { address: text, topics, data } of logsOf(receipt)) {
      const address = text.toLowerCase();
      if (contracts.has(address)) {
        const log = {
          address,
          topics,
          data,
          blockNumber: header.number,
          blockHash,
          transactionHash,
          transactionIndex,
          logIndex,
        };
        // Without the proof, which tests switch off, there may be anything.
        found.push(packer.pack(log) ?? log);
      }
      logIndex++;
    }
  }
  return found;
}
