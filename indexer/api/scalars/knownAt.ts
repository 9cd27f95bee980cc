import { builder } from "../builder.ts";
import { badInput } from "../errors.ts";
import { decodeKnownAt, encodeKnownAt, type KnownAt } from "../knownAt.ts";
import { show } from "./exact.ts";

/** @throws GraphQLError BAD_INPUT when it is neither a moment nor the `knownAt` of an answer. */
export function parseKnownAt(value: unknown): KnownAt {
  const known = typeof value === "string" ? decodeKnownAt(value) : undefined;
  if (known === undefined)
    throw badInput(
      `KnownAt: expected a time such as "2026-03-04T12:00:00Z" or the knownAt of an answer, got ${show(value)}`,
    );
  return known;
}

builder.scalarType("KnownAt", {
  description:
    "By when something was known to us: a moment of our clock, RFC 3339 in UTC with up to six digits of a second, or the opaque `knownAt` of an answer, which has that very answer again.",
  serialize: (value) => encodeKnownAt(value as KnownAt),
  parseValue: parseKnownAt,
});
