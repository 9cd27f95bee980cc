import { jsonValue } from "./column.ts";
import type { Format } from "./format.ts";

/**
 * A JSON object a line, its values as GraphQL has them. The last line has the one key `manifest`. JSON lets U+2028 and U+2029
 * stand in a text, which some take for ends of lines, so these are escaped as well.
 */
export const jsonl: Format = {
  extension: "jsonl",
  contentType: "application/jsonl; charset=utf-8",
  head: () => "",
  row: (columns, row) => line(Object.fromEntries(columns.map((column) => [column.name, jsonValue(column, row)]))),
  manifest: (manifest) => line({ manifest }),
};

const line = (value: unknown): string =>
  `${JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")}\n`;
