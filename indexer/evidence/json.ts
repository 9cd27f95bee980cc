import { quote } from "../grants/bytes.ts";
import { EvidenceError } from "./errors.ts";

/** Fields of JSON-RPC objects as hex digits without `0x`, in shape only: whether all are digits is seen when hashed. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function asObject(value: unknown, what: string): JsonObject {
  if (typeof value !== "object" || value === null) throw wrong(what, value);
  return value as JsonObject;
}

export function asList(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrong(`a list of ${what}`, value);
  return value;
}

/** Any whole number of bytes. */
export function dataDigits(value: unknown, what: string): string {
  if (typeof value !== "string" || !value.startsWith("0x") || value.length % 2 !== 0) throw wrong(what, value);
  return value.slice(2);
}

/** Exactly so many bytes. */
export function fixedDigits(value: unknown, bytes: number, what: string): string {
  if (typeof value !== "string" || value.length !== 2 + 2 * bytes || !value.startsWith("0x"))
    throw wrong(`${what} of ${bytes} bytes`, value);
  return value.slice(2);
}

const QUANTITY = /^0x0*([0-9a-fA-F]{0,64})$/;

/** A number as RLP wants it: the fewest whole bytes, none for 0. */
export function quantityDigits(value: unknown, what: string): string {
  const digits = typeof value === "string" && value.length > 2 ? QUANTITY.exec(value)?.[1] : undefined;
  if (digits === undefined) throw wrong(`${what} as a hex quantity`, value);
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

const wrong = (expected: string, got: unknown): EvidenceError =>
  new EvidenceError(`expected ${expected}, got ${quote(JSON.stringify(got) ?? "nothing")}`);
