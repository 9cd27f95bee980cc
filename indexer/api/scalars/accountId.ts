import { caip10, parseAccountId } from "../../grants/caip.ts";
import { builder } from "../builder.ts";
import { parseText } from "./exact.ts";

builder.scalarType("AccountId", {
  description: "An account on a chain as CAIP-10 has it: `eip155:42161:0x…`, with the EIP-55 checksum.",
  serialize: ({ chainId, address }) => caip10(chainId, address),
  parseValue: (value) => parseText("AccountId", value, parseAccountId),
});
