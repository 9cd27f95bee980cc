import { caip10, parseAddress, parseChainId } from "../../grants/caip.ts";
import { builder } from "../builder.ts";
import { parseText } from "./exact.ts";

builder.scalarType("AccountId", {
  description: "An account on a chain as CAIP-10 has it: `eip155:42161:0x…`, with the EIP-55 checksum.",
  serialize: ({ chainId, address }) => caip10(chainId, address),
  parseValue: (value) =>
    parseText("AccountId", value, (text) => {
      const colon = text.lastIndexOf(":");
      if (!text.startsWith("eip155:") || colon < "eip155:".length)
        throw new RangeError("expected eip155:<chain>:<address>");
      return { chainId: parseChainId(text.slice(0, colon)), address: parseAddress(text.slice(colon + 1)) };
    }),
});
