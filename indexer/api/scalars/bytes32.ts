import { parseBytes32, toHex } from "../../grants/bytes.ts";
import { builder } from "../builder.ts";
import { parseText } from "./exact.ts";

builder.scalarType("Bytes32", {
  description: "32 bytes as 0x and 64 hex digits, lower case in answers.",
  serialize: (value) => toHex(value),
  parseValue: (value) => parseText("Bytes32", value, parseBytes32),
});
