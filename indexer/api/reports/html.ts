import { createHash } from "node:crypto";
import { escapeHtml } from "../pages/html.ts";
import { textOf } from "./column.ts";
import type { Format } from "./format.ts";
import { visibleText } from "./visibleText.ts";

/** A page to be printed: a table whose head repeats on every sheet, and the manifest below it. No script, nothing loaded. */
export const html: Format = {
  extension: "html",
  contentType: "text/html; charset=utf-8",
  head: ({ title, description }, columns) =>
    `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(title)}</title>
<style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(description)} Times are UTC. What a name cannot show is written as \\u{…}.</p>
<table>
<thead><tr>${columns.map(({ name, description: what }) => `<th title="${escapeHtml(what)}">${escapeHtml(words(name))}</th>`).join("")}</tr></thead>
<tbody>
`,
  row: (columns, row) =>
    `<tr>${columns.map((column) => `<td>${escapeHtml(visibleText(textOf(column, row) ?? ""))}</td>`).join("")}</tr>\n`,
  manifest: (manifest) =>
    `</tbody></table><footer><h2>Manifest</h2><pre>${escapeHtml(JSON.stringify(manifest, null, 2))}</pre></footer></body></html>\n`,
};

const STYLE = `
body{font:11px/1.4 system-ui,sans-serif;margin:1.5em;color:#111}
table{border-collapse:collapse;width:100%}
thead{display:table-header-group}
th,td{border:1px solid #999;padding:2px 4px;text-align:left;vertical-align:top;overflow-wrap:anywhere;unicode-bidi:isolate}
tr{break-inside:avoid}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
@page{size:A4 landscape;margin:12mm}
`;

/** Only this page's own style; whatever else a hostile name might bring in is not even tried. */
export const HTML_POLICY = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** `legalBasisName` as `legal basis name`. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
