import { keccak_256 } from "@noble/hashes/sha3.js";
import { encodeRlp } from "ethers";
import { toHex } from "../indexer/grants/bytes.ts";
import { EVENT_LAYOUTS } from "../indexer/ledger/layout.ts";

/**
 * A chain of new grants as a node would tell it, of any length, made as it is asked for: where Anvil would need hours.
 * The same numbers give the same chain. Headers are linked by their true hashes; receipts there are none.
 */

export const CONTRACT = "0x9c7b000000000000000000000000000000000001";
const TOPIC = EVENT_LAYOUTS.find(({ kind }) => kind === "GRANTED")?.topic ?? "";
const GENESIS_TIME = 1_700_000_000;
const BLOCK_SECONDS = 12;
/** Institutions; each holder has about five grants. */
const GRANTEES = 1_000;
const GRANTS_PER_HOLDER = 5;
const EVENTS_PER_TRANSACTION = 25;
const YEARS_5 = 157_788_000;

/** Header hashes of all blocks, 32 bytes each, so that any range can be told at once. */
export class SyntheticChain {
  readonly blocks: number;
  readonly eventsPerBlock: number;
  readonly #hashes: Buffer;
  readonly #bloom = bloomOf(CONTRACT);

  constructor(blocks: number, eventsPerBlock: number) {
    this.blocks = blocks;
    this.eventsPerBlock = eventsPerBlock;
    this.#hashes = Buffer.alloc(32 * (blocks + 1));
    for (let number = 0; number <= blocks; number++)
      this.#hashes.set(keccak_256(Buffer.from(encodeRlp(this.#fields(number)).slice(2), "hex")), 32 * number);
  }

  hash(number: number): string {
    return number < 0 ? `0x${"00".repeat(32)}` : toHex(this.#hashes.subarray(32 * number, 32 * number + 32));
  }

  /** As `eth_getBlockByNumber` tells it, as JSON text. */
  header(number: number): string {
    const names = [
      ...["parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom"],
      ...["difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "baseFeePerGas"],
    ];
    const fields = this.#fields(number).map((value, i) => [
      names[i],
      quantities.has(names[i] ?? "") ? short(value) : value,
    ]);
    const transactions = Array.from(
      { length: Math.ceil(this.#eventsIn(number) / EVENTS_PER_TRANSACTION) },
      (_, i) => `0x${word(number, i, 9)}`,
    );
    return JSON.stringify({
      ...Object.fromEntries(fields),
      hash: this.hash(number),
      size: "0x400",
      uncles: [],
      transactions,
    });
  }

  /** The logs of a block as `eth_getLogs` tells them, joined by commas; empty for the genesis block. */
  logs(number: number): string {
    const blockHash = this.hash(number);
    const time = GENESIS_TIME + number * BLOCK_SECONDS;
    const hexTime = time.toString(16);
    const logs: string[] = [];
    for (let i = 0; i < this.#eventsIn(number); i++) {
      const id = (number - 1) * this.eventsPerBlock + i;
      const transaction = Math.floor(i / EVENTS_PER_TRANSACTION);
      const record = `${hexTime.padStart(10, "0").repeat(2)}${"0".repeat(30)}${YEARS_5.toString(16).padStart(8, "0")}000100`;
      logs.push(
        `{"address":"${CONTRACT}","topics":["${TOPIC}","0x${word(id, 0, 1)}","0x${account(Math.floor(id / GRANTS_PER_HOLDER), 2)}","0x${account(mix(id) % GRANTEES, 3)}"],` +
          `"data":"0x${account(1, 4)}${word(id, 0, 5)}${"0".repeat(63)}1${"0".repeat(63)}3${record}${word(id, 0, 6)}",` +
          `"blockHash":"${blockHash}","blockNumber":"0x${number.toString(16)}","blockTimestamp":"0x${hexTime}",` +
          `"transactionHash":"0x${word(number, transaction, 9)}","transactionIndex":"0x${transaction.toString(16)}","logIndex":"0x${i.toString(16)}","removed":false}`,
      );
    }
    return logs.join(",");
  }

  #eventsIn(number: number): number {
    return number === 0 ? 0 : this.eventsPerBlock;
  }

  /** In the order in which a header's hash is made of them (Yellow Paper, 4.4, and EIP-1559). */
  #fields(number: number): string[] {
    const zero = `0x${"00".repeat(32)}`;
    return [
      ...[this.hash(number - 1), zero, `0x${"00".repeat(20)}`, zero, zero, zero],
      this.#eventsIn(number) === 0 ? `0x${"00".repeat(256)}` : this.#bloom,
      ...["0x", rlpNumber(number), rlpNumber(30_000_000), rlpNumber(5_000_000)],
      ...[rlpNumber(GENESIS_TIME + number * BLOCK_SECONDS), "0x", zero, `0x${"00".repeat(8)}`, rlpNumber(7)],
    ];
  }
}

const quantities = new Set(["difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"]);
const short = (rlp: string): string => `0x${BigInt(rlp === "0x" ? 0 : rlp).toString(16)}`;

function rlpNumber(value: number): string {
  if (value === 0) return "0x";
  const digits = value.toString(16);
  return `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`;
}

/** The finalizer of MurmurHash3: spreads neighbours over all 32 bits. */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A bijection of 32 bits, as 8 digits. */
const digits = (value: number): string => (mix(value) + 0x1_0000_0000).toString(16).slice(1);

/** 32 bytes that look random, different for different arguments. */
function word(a: number, b: number, salt: number): string {
  const head = digits(a ^ Math.imul(salt, 0x9e3779b9)) + digits(b + Math.imul(salt, 0x7f4a7c15));
  return head + digits(a + salt) + head.slice(0, 8) + head + head;
}

const account = (index: number, salt: number): string => `${"0".repeat(24)}${word(index, 0, salt).slice(0, 40)}`;

function bloomOf(address: string): string {
  const hash = keccak_256(Buffer.from(address.slice(2), "hex"));
  const bloom = Buffer.alloc(256);
  for (const i of [0, 2, 4]) {
    const bit = (((hash[i] as number) << 8) | (hash[i + 1] as number)) & 2047;
    bloom[255 - (bit >> 3)] = (bloom[255 - (bit >> 3)] as number) | (1 << (bit & 7));
  }
  return toHex(bloom);
}
