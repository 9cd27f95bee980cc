import { builder } from "../builder.ts";
import { exactNumber, parseExact } from "./exact.ts";

builder.scalarType("Seconds", {
  description: "A length of time in whole seconds, from 0 to 2^32 - 1.",
  serialize: exactNumber,
  parseValue: (value) => parseExact("Seconds", value, 2n ** 32n - 1n),
});
