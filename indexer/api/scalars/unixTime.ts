import { builder } from "../builder.ts";
import { badInput } from "../errors.ts";
import { exactNumber, parseExact, show } from "./exact.ts";

/** What fits the record's 40 bits: until the year 36812. */
const MAX_TIME = 2n ** 40n - 1n;
const RFC_3339 = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?$/;

/** Unix seconds from a number, digits or RFC 3339. @throws GraphQLError BAD_INPUT, also for milliseconds. */
export function parseUnixTime(value: unknown): bigint {
  if (typeof value === "string" && RFC_3339.test(value)) {
    const millis = Date.parse(value);
    // Date.parse turns February 30th into March.
    const day = Number(value.slice(8, 10));
    const lastDay = new Date(Date.UTC(Number(value.slice(0, 4)), Number(value.slice(5, 7)), 0)).getUTCDate();
    if (Number.isNaN(millis) || day > lastDay) throw badInput(`UnixTime: ${show(value)} is no date`);
    if (millis < 0) throw badInput(`UnixTime: expected 1970 or later, got ${show(value)}`);
    return BigInt(Math.floor(millis / 1000));
  }
  // Every present time in milliseconds is above the bound, every real one in seconds far below it.
  if (Number(value) > MAX_TIME)
    throw badInput(`UnixTime: expected seconds, got ${show(value)}, which looks like milliseconds`);
  try {
    return parseExact("UnixTime", value, MAX_TIME);
  } catch {
    throw badInput(`UnixTime: expected unix seconds or a date such as "2026-03-04T12:00:00Z", got ${show(value)}`);
  }
}

builder.scalarType("UnixTime", {
  description:
    "A moment in unix seconds. In arguments from 0 to 2^40 - 1, or RFC 3339 such as `2026-03-04T12:00:00Z` or `2026-03-04` (UTC); milliseconds are an error. In answers a JSON number.",
  serialize: exactNumber,
  parseValue: parseUnixTime,
});
