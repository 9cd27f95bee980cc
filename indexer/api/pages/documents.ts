import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Marked } from "marked";
import { escapeHtml, Html } from "./html.ts";

/** The documents of this repository as pages, so that they are read where the server is reached. */

const FOLDER = new URL("../../../docs/", import.meta.url);

export interface Document {
  /** Of its file. */
  readonly name: string;
  /** Its headline. */
  readonly title: string;
}

/** The names that there are, once: a request names one of them or nothing, so that no other file can be reached. */
const NAMES: readonly string[] = namesIn(fileURLToPath(FOLDER));
const texts = new Map<string, string>();
const rendered = new Map<string, Html>();

/** Read when they are first asked for, which most processes never are. */
export const documents = (): readonly Document[] =>
  NAMES.map((name) => ({ name, title: /^# (.+)$/m.exec(textOf(name))?.[1] ?? name }));

/** The page of that name; undefined when there is none. */
export function readDocument(name: string): Html | undefined {
  if (!NAMES.includes(name)) return undefined;
  const known = rendered.get(name);
  if (known !== undefined) return known;
  const page = new Html(marked.parse(textOf(name), { async: false }));
  rendered.set(name, page);
  return page;
}

function textOf(name: string): string {
  const text = texts.get(name) ?? readFileSync(new URL(name, FOLDER), "utf8");
  texts.set(name, text);
  return text;
}

/** A server that was installed without its documents serves none. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[A-Z_]+\.md$/.test(name))
      .sort();
  } catch {
    return [];
  }
}

/** As GitHub does, which the links within the documents are written for. */
const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");

/** What a link of a document leads to here; undefined for what is not served. */
function target(href: string): string | undefined {
  if (/^(?:https?:|#)/.test(href)) return href;
  const [path = "", fragment] = href.split("#");
  if (path.endsWith("/schema.graphql")) return "/schema.graphql";
  return NAMES.includes(path) ? `/docs/${path}${fragment === undefined ? "" : `#${fragment}`}` : undefined;
}

const marked = new Marked({
  gfm: true,
  renderer: {
    heading({ tokens, depth, text }) {
      return `<h${depth} id="${escapeHtml(anchor(text))}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
    },
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      const here = target(href);
      return here === undefined ? text : `<a href="${escapeHtml(here)}">${text}</a>`;
    },
    // What is wider than the window scrolls by itself, with the keyboard too.
    table(token) {
      // A header without words is none to a reader who listens.
      const cell = (tag: "th" | "td", row: typeof token.header) =>
        `<tr>${row
          .map(({ tokens, text }) => {
            const kind = text === "" ? "td" : tag;
            return `<${kind}>${this.parser.parseInline(tokens)}</${kind}>`;
          })
          .join("")}</tr>`;
      const body = token.rows.map((row) => cell("td", row)).join("\n");
      return `<div class="wide" tabindex="0"><table><thead>${cell("th", token.header)}</thead><tbody>${body}</tbody></table></div>\n`;
    },
    code({ text }) {
      return `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`;
    },
    html: ({ text }) => escapeHtml(text),
    image: ({ text }) => escapeHtml(text),
  },
});
