import { readFileSync } from "node:fs";
import type { Encoding } from "../../indexer/evidence/encodings.ts";
import type { JsonObject } from "../../indexer/evidence/json.ts";

/** Blocks of real chains, with hashes and roots that other software computed. Each file says where it is from. */

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url), "utf8")) as T;

interface BlockVector {
  readonly origin: string;
  readonly block: JsonObject & { readonly hash: string };
}
interface ReceiptVector {
  readonly origin: string;
  readonly encoding: Encoding;
  readonly receipts: readonly JsonObject[];
}
/** A block of which each part, while it was being built, was a block with a hash of its own. */
interface PartsVector extends ReceiptVector {
  readonly base: JsonObject;
  /** Raw, as hex. */
  readonly transactions: readonly string[];
  /** `receipts`: how many of them, and of the transactions, are in it. */
  readonly parts: readonly (JsonObject & { hash: string; receiptsRoot: string; logsBloom: string; receipts: number })[];
}

export const GETH_LONDON = read<BlockVector>("gethLondon");
export const GETH_CANCUN = read<BlockVector & ReceiptVector>("gethCancun");
export const SEPOLIA_AMSTERDAM = read<BlockVector>("sepoliaAmsterdam");
export const OP_REGOLITH = read<ReceiptVector & { readonly receiptsRoot: string }>("opRegolith");
export const UNICHAIN_ISTHMUS = read<PartsVector>("unichainIsthmus");

/** What the digits of a hash or root are in JSON. */
export const prefixed = (digits: string): string => `0x${digits}`;
