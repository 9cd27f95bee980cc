import { builder } from "../builder.ts";
import { exactNumber, parseExact } from "./exact.ts";

builder.scalarType("BlockNumber", {
  description: "Number of a block in its chain, from 0. A JSON number; beyond 2^53 - 1 decimal digits in a string.",
  serialize: exactNumber,
  parseValue: (value) => parseExact("BlockNumber", value, 2n ** 63n - 1n),
});
