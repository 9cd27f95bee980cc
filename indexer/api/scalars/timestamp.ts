import { builder } from "../builder.ts";
import { parseText } from "./exact.ts";

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/;

builder.scalarType("Timestamp", {
  description:
    "When we learned something: RFC 3339 in UTC with up to six digits of a second. Times of a chain are UnixTime.",
  serialize: (value) => value,
  parseValue: (value) =>
    parseText("Timestamp", value, (text) => {
      if (!RFC_3339.test(text) || Number.isNaN(Date.parse(text))) throw new RangeError("expected RFC 3339 in UTC");
      return text;
    }),
});
