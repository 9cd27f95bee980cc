import { builder } from "../builder.ts";
import { exactNumber, parseExact } from "./exact.ts";

builder.scalarType("Count", {
  description: "How many, from 0. A JSON number; beyond 2^53 - 1 decimal digits in a string.",
  serialize: exactNumber,
  parseValue: (value) => parseExact("Count", value, 2n ** 63n - 1n),
});
