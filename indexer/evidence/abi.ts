import { keccak_256 } from "@noble/hashes/sha3.js";
import { toHex } from "../grants/bytes.ts";

/**
 * Reading event logs by their ABI (https://docs.soliditylang.org/en/latest/abi-spec.html), strictly: whatever the encoder
 * of a compiler would not have written in just these bytes is refused. So a log that is read can be written again from its
 * values, byte for byte.
 */

/** The bytes of a log: its topics, 32 bytes each, and its data. */
export interface RawEvent {
  readonly topics: Buffer;
  readonly data: Buffer;
}

/** Integers are bigint; addresses, fixed and dynamic bytes, and text are bytes, text without a claim that it is UTF-8. */
export type AbiValue = bigint | boolean | Uint8Array;

interface Field {
  readonly name: string;
  readonly type: string;
  readonly indexed: boolean;
}

export interface EventAbi {
  readonly name: string;
  /** `Name(type,type)`: what the topic is the hash of. */
  readonly signature: string;
  /** Topic 0, lower-case hex. */
  readonly topic: string;
  readonly indexed: readonly Field[];
  /** The fields in the data. */
  readonly inData: readonly Field[];
}

const WORD = 32;

const topicOf = (signature: string): string => toHex(keccak_256(new TextEncoder().encode(signature)));

/** An event as Solidity declares it: `Name(type indexed name, type name)`. */
export function parseEvent(declaration: string): EventAbi {
  const [, name, list] = /^(\w+)\((.*)\)$/.exec(declaration) ?? [];
  if (name === undefined || list === undefined) throw new RangeError(`expected Name(type name, …), got ${declaration}`);
  const fields = list.split(", ").map((text): Field => {
    const words = text.split(" ");
    return { type: words[0] ?? "", name: words.at(-1) ?? "", indexed: words.includes("indexed") };
  });
  const signature = `${name}(${fields.map((field) => field.type).join()})`;
  return {
    name,
    signature,
    topic: topicOf(signature),
    indexed: fields.filter((field) => field.indexed),
    inData: fields.filter((field) => !field.indexed),
  };
}

/**
 * The values of an event by name. Topic 0 is not looked at.
 * @returns undefined when they would not be written as these bytes.
 */
export function readEvent(event: EventAbi, { topics, data }: RawEvent): Record<string, AbiValue> | undefined {
  if (topics.length !== WORD * (1 + event.indexed.length) || data.length < WORD * event.inData.length) return undefined;
  const values: Record<string, AbiValue> = {};
  let topic = WORD;
  for (const field of event.indexed) {
    const value = readWord(field.type, topics.subarray(topic, topic + WORD));
    if (value === undefined) return undefined;
    values[field.name] = value;
    topic += WORD;
  }
  // Dynamic values follow the words in their order, each where the one before it ends.
  let tail = WORD * event.inData.length;
  for (const [i, field] of event.inData.entries()) {
    const word = data.subarray(WORD * i, WORD * (i + 1));
    if (field.type !== "string" && field.type !== "bytes") {
      const value = readWord(field.type, word);
      if (value === undefined) return undefined;
      values[field.name] = value;
      continue;
    }
    const value = sizeOf(word) === tail ? readBytes(data, tail) : undefined;
    if (value === undefined) return undefined;
    values[field.name] = value;
    tail += WORD + padded(value.length);
  }
  return tail === data.length ? values : undefined;
}

/** How many bytes of a word a type uses, and at which end. */
export function widthOf(type: string): { readonly bytes: number; readonly left: boolean } {
  if (type === "address") return { bytes: 20, left: false };
  if (type === "bool") return { bytes: 1, left: false };
  const [, kind, size] = /^(uint|bytes)(\d+)$/.exec(type) ?? [];
  if (kind === undefined) throw new RangeError(`expected a type of one word, got ${type}`);
  return kind === "uint" ? { bytes: Number(size) / 8, left: false } : { bytes: Number(size), left: true };
}

function readWord(type: string, word: Buffer): AbiValue | undefined {
  const { bytes, left } = widthOf(type);
  const used = left ? word.subarray(0, bytes) : word.subarray(WORD - bytes);
  const rest = left ? word.subarray(bytes) : word.subarray(0, WORD - bytes);
  if (!isZero(rest, 0, rest.length)) return undefined;
  if (type === "address" || left) return used;
  const value = BigInt(toHex(used));
  if (type !== "bool") return value;
  return value < 2n ? value === 1n : undefined;
}

/** Bytes behind their length, filled up with zeros to whole words. */
function readBytes(data: Buffer, at: number): Buffer | undefined {
  const from = at + WORD;
  if (from > data.length) return undefined;
  const length = sizeOf(data.subarray(at, from));
  if (length === undefined || from + padded(length) > data.length) return undefined;
  return isZero(data, from + length, from + padded(length)) ? data.subarray(from, from + length) : undefined;
}

const padded = (length: number): number => Math.ceil(length / WORD) * WORD;

/** A length or offset; undefined when it is larger than any data can be. */
const sizeOf = (word: Buffer): number | undefined =>
  isZero(word, 0, WORD - 6) ? word.readUIntBE(WORD - 6, 6) : undefined;

export function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== 0) return false;
  return true;
}
