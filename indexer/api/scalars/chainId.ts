import { caip2, parseChainId } from "../../grants/caip.ts";
import { builder } from "../builder.ts";
import { parseText } from "./exact.ts";

builder.scalarType("ChainId", {
  description: "A chain as CAIP-2 has it: `eip155:42161`. In arguments the bare number does too.",
  serialize: (value) => caip2(value),
  parseValue: (value) =>
    parseText(
      "ChainId",
      typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value,
      parseChainId,
    ),
});
