import { textOf } from "./column.ts";
import type { Format } from "./format.ts";
import { visibleText } from "./visibleText.ts";

/**
 * RFC 4180: a header, CRLF, every record with the same number of fields. No field holds a line break, so a record is a
 * line. The manifest is the last record: `#manifest`, then JSON, then empty fields.
 */
export const csv: Format = {
  extension: "csv",
  contentType: "text/csv; charset=utf-8; header=present",
  head: (_report, columns) => record(columns.map(({ name }) => name)),
  row: (columns, row) => record(columns.map((column) => cell(textOf(column, row), column.type === "String"))),
  manifest: (manifest, width) =>
    record(["#manifest", quoted(JSON.stringify(manifest)), ...Array.from({ length: width - 2 }, () => "")]),
};

const record = (fields: readonly string[]): string => `${fields.join(",")}\r\n`;

/** An empty field is nothing; a text of no characters is a pair of quotes. */
function cell(text: string | null, foreign: boolean): string {
  if (text === null) return "";
  const safe = inert(foreign ? visibleText(text) : text);
  return foreign ? quoted(safe) : safe;
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * What a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection), full-width signs too,
 * which some fold. So does what begins with an apostrophe, so that taking one away has the text again.
 */
const FORMULA = /^[=+\-@'\t\r\uff1d\uff0b\uff0d\uff20]/u;
const inert = (text: string): string => (FORMULA.test(text) ? `'${text}` : text);
