import { keccak_256 } from "@noble/hashes/sha3.js";
import { type Address, fromHex, quote, toAddress, toHex } from "./bytes.ts";

/** Text forms at the edges: CAIP-2 chains, CAIP-10 accounts, EIP-55 checksums. */

/** `eip155:42161`. */
export const caip2 = (chainId: bigint): string => `eip155:${chainId}`;

/** `eip155:42161:0x…`, checksummed. */
export const caip10 = (chainId: bigint, address: Address): string => `${caip2(chainId)}:${checksum(address)}`;

/** As many as are kept: who asks, and asks about, the same hundreds again and again, and a hash costs more than all the rest. */
const MOST_CHECKSUMS = 10_000;
const checksums = new Map<string, string>();

/** EIP-55 mixed-case text of an address. */
export function checksum(address: Address): string {
  const hex = toHex(address).slice(2);
  const known = checksums.get(hex);
  if (known !== undefined) return known;
  if (checksums.size >= MOST_CHECKSUMS) checksums.clear();
  const text = checksummed(hex);
  checksums.set(hex, text);
  return text;
}

function checksummed(hex: string): string {
  const hash = keccak_256(new TextEncoder().encode(hex));
  let text = "0x";
  for (let i = 0; i < hex.length; i++) {
    const nibble = ((hash[i >> 1] as number) >> (i % 2 === 0 ? 4 : 0)) & 0xf;
    text += nibble >= 8 ? hex.charAt(i).toUpperCase() : hex.charAt(i);
  }
  return text;
}

/**
 * An address from text. One letter case is taken as it is; mixed case must be a right EIP-55 checksum, because that
 * is what tells a mistyped address from a right one.
 */
export function parseAddress(text: string): Address {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) throw new RangeError(`expected 0x and 40 hex digits, got ${quote(text)}`);
  const address = toAddress(fromHex(text));
  const digits = text.slice(2);
  const mixed = digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
  if (mixed && checksum(address) !== text)
    throw new RangeError(`the EIP-55 checksum of ${text} does not match, expected ${checksum(address)}`);
  return address;
}

const MAX_INT64 = 2n ** 63n - 1n;

/** A chain id from CAIP-2 text of the `eip155` namespace, or from a plain number. */
export function parseChainId(text: string): bigint {
  const match = /^(?:eip155:)?([1-9][0-9]{0,18})$/.exec(text);
  const id = match?.[1] === undefined ? 0n : BigInt(match[1]);
  if (id === 0n || id > MAX_INT64) throw new RangeError(`expected a chain as eip155:<number>, got ${quote(text)}`);
  return id;
}

/** The account and its chain from CAIP-10 text of the `eip155` namespace. */
export function parseAccountId(text: string): { readonly chainId: bigint; readonly address: Address } {
  const colon = text.lastIndexOf(":");
  if (!text.startsWith("eip155:") || colon < "eip155:".length)
    throw new RangeError(`expected eip155:<chain>:<address>, got ${quote(text)}`);
  return { chainId: parseChainId(text.slice(0, colon)), address: parseAddress(text.slice(colon + 1)) };
}
