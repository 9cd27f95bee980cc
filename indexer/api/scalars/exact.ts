import { badInput } from "../errors.ts";

/** What the scalars have in common: whole numbers without loss, and errors with a code. */

/** A whole number as JSON: a number while that is exact, its decimal digits beyond 2^53 - 1. */
export function exactNumber(value: unknown): number | string {
  if (typeof value !== "bigint") throw new TypeError(`expected a bigint, got ${typeof value}`);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= 0n ? Number(value) : value.toString();
}

/** A whole number from JSON, as number or decimal digits. */
export function parseExact(name: string, value: unknown, max: bigint): bigint {
  const exact =
    typeof value === "number" && Number.isSafeInteger(value)
      ? BigInt(value)
      : typeof value === "string" && /^(?:0|[1-9][0-9]{0,18})$/.test(value)
        ? BigInt(value)
        : undefined;
  if (exact === undefined || exact < 0n || exact > max)
    throw badInput(`${name}: expected a whole number from 0 to ${max}, got ${show(value)}`);
  return exact;
}

/** Text of an input. */
export function parseText<T>(name: string, value: unknown, parse: (text: string) => T): T {
  if (typeof value !== "string") throw badInput(`${name}: expected a string, got ${show(value)}`);
  try {
    return parse(value);
  } catch (error) {
    throw badInput(`${name}: ${error instanceof Error ? error.message : "not understood"}`);
  }
}

/** Something a caller gave, short, on one line. */
export function show(value: unknown): string {
  const text = typeof value === "bigint" ? value.toString() : (JSON.stringify(value) ?? "nothing");
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
