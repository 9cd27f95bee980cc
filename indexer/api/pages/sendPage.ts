import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { type Html, html, Html as Raw } from "./html.ts";
import { STYLE } from "./style.ts";

/** Nothing is loaded, nothing runs, nothing is sent: the one style is allowed by its digest, the empty icon is in the page. */
const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": POLICY,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  // The same path answers others with text.
  vary: "accept",
};

/** A whole page. `title` is shown by the browser; the headline is the content's. */
export function sendPage(response: ServerResponse, status: number, title: string, content: Html): void {
  response.writeHead(status, HEADERS);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Raw(STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<main id="content">
${content}
</main>
</body>
</html>
`;
  response.end(page.text);
}
