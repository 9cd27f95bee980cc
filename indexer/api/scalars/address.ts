import { checksum, parseAddress } from "../../grants/caip.ts";
import { builder } from "../builder.ts";
import { parseText } from "./exact.ts";

builder.scalarType("Address", {
  description:
    "20 bytes as 0x and 40 hex digits, with the EIP-55 checksum in answers. In arguments: all of one letter case, or with a right checksum.",
  serialize: (value) => checksum(value),
  parseValue: (value) => parseText("Address", value, parseAddress),
});
