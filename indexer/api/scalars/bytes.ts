import { fromHex, toHex } from "../../grants/bytes.ts";
import { builder } from "../builder.ts";
import { parseText } from "./exact.ts";

builder.scalarType("Bytes", {
  description: "Any number of bytes as 0x and two hex digits each, lower case in answers.",
  serialize: (value) => toHex(value),
  parseValue: (value) => parseText("Bytes", value, fromHex),
});
