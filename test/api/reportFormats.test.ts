import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Column } from "../../indexer/api/reports/column.ts";
import { csv } from "../../indexer/api/reports/csv.ts";
import { html } from "../../indexer/api/reports/html.ts";
import { jsonl } from "../../indexer/api/reports/jsonl.ts";
import type { Manifest } from "../../indexer/api/reports/manifest.ts";
import { toAddress } from "../../indexer/grants/bytes.ts";
import { checked } from "../support/property.ts";

/** How rows are written, whatever somebody called himself. */

interface Row {
  readonly name: string | null;
  readonly time: bigint | null;
}

const COLUMNS: readonly Column<Row>[] = [
  { name: "name", type: "String", description: "A <name>.", nullable: true, value: ({ name }) => name },
  { name: "endsAt", type: "UnixTime", description: "A time.", nullable: true, value: ({ time }) => time },
  { name: "who", type: "Address", description: "An account.", value: () => toAddress(new Uint8Array(20).fill(0xab)) },
];
const WHO = "0xABaBaBaBABabABabAbAbABAbABabababaBaBABaB";
const REPORT = { name: "r", title: "A & B", description: "What <is>." };
const MANIFEST = { report: "r", parameters: { a: '="x"' }, rows: 2, sha256: "00" } as unknown as Manifest;

/** RFC 4180, strictly: fields of lines that end in CRLF. */
function parseCsv(text: string): string[][] {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  const records: string[][] = [[]];
  for (let at = 0; at < text.length; at = field.lastIndex) {
    field.lastIndex = at;
    const found = field.exec(text);
    assert(found !== null, `no field at ${at}: ${JSON.stringify(text.slice(at, at + 40))}`);
    records.at(-1)?.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "");
    if (found[3] === "\r\n") records.push([]);
  }
  return records.slice(0, -1);
}

/** What was meant, from what is shown. */
const unescaped = (shown: string): string =>
  (shown.startsWith("'") ? shown.slice(1) : shown).replace(/\\(?:\\|u\{([0-9a-f]+)\})/g, (_all, code) =>
    code === undefined ? "\\" : String.fromCodePoint(Number.parseInt(code, 16)),
  );

const HOSTILE = [
  ...["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "'=1", "=cmd|' /C calc'!A0", '","=1'],
  ...["a\0b", "a\r\nb", "a\u2028b", "\u202egpj.exe", "\ufeffx", '"', '""', "\\", "\\u{0}", "\\\\u{0}", ""],
  ...["<script>alert(1)</script>", "</td></table>", "&lt;", "' onmouseover='x", "#manifest", "{}", "\u{e0041}x"],
];
const anyText = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: "binary" }));

test("CSV: every record is a line of as many fields, none begins a formula, and the text can be had again", () => {
  checked(
    fc.property(anyText, (name) => {
      const text =
        csv.head(REPORT, COLUMNS) + csv.row(COLUMNS, { name, time: 1_800_000_000n }) + csv.manifest(MANIFEST, 3);
      assert.equal(text.split("\r\n").length, 4);
      assert.doesNotMatch(text.replaceAll("\r\n", ""), /[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
      const [head, row = [], manifest = []] = parseCsv(text);
      assert.deepEqual(head, ["name", "endsAt", "who"]);
      assert.equal(row.length, 3);
      assert.doesNotMatch(row[0] ?? "", /^[=+\-@\t\r＝＋－＠]/u);
      assert.equal(unescaped(row[0] ?? ""), name);
      assert.deepEqual(row.slice(1), ["2027-01-15T08:00:00Z", WHO]);
      assert.deepEqual([manifest[0], JSON.parse(manifest[1] ?? ""), manifest[2]], ["#manifest", MANIFEST, ""]);
    }),
    1_000,
  );
  assert.equal(csv.row(COLUMNS, { name: null, time: null }), `,,${WHO}\r\n`);
  assert.equal(csv.row(COLUMNS, { name: "", time: null }), `"",,${WHO}\r\n`);
  // Years of five digits have a sign in ISO 8601.
  assert.match(csv.row(COLUMNS, { name: "x", time: 2n ** 39n }), /^"x",'\+/);
});

test("JSONL: every row is a line that parses to what was said", () => {
  checked(
    fc.property(anyText, (name) => {
      const lines = jsonl.row(COLUMNS, { name, time: 5n }).split(/[\r\n\u2028\u2029]/u);
      assert.deepEqual(lines.slice(1), [""]);
      assert.deepEqual(JSON.parse(lines[0] ?? ""), { name, endsAt: 5, who: WHO });
    }),
    1_000,
  );
  assert.deepEqual(JSON.parse(jsonl.row(COLUMNS, { name: null, time: 2n ** 60n })).endsAt, (2n ** 60n).toString());
  assert.deepEqual(JSON.parse(jsonl.manifest(MANIFEST, 3)), { manifest: MANIFEST });
});

test("HTML: nothing that was said is markup", () => {
  checked(
    fc.property(anyText, (name) => {
      const row = html.row(COLUMNS, { name, time: 1_800_000_000n });
      const [, cell = ""] =
        /^<tr><td>([^<>"']*)<\/td><td>2027-01-15T08:00:00Z<\/td><td>0x\w{40}<\/td><\/tr>\n$/u.exec(row) ?? [];
      const entities: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
      const shown = cell.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? "?");
      assert.equal(unescaped(shown.startsWith("'") ? `'${shown}` : shown), name);
    }),
    1_000,
  );
  const page = html.head(REPORT, COLUMNS) + html.manifest(MANIFEST, 3);
  assert.match(page, /<title>A &amp; B<\/title>/);
  assert.match(page, /<th title="A &lt;name&gt;.">name<\/th><th title="A time.">ends at<\/th>/);
  assert.match(page, /&quot;a&quot;: &quot;=\\&quot;x\\&quot;&quot;/);
  assert.doesNotMatch(page, /<script|onerror|https?:/i);
});
