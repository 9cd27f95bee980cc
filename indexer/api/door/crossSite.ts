import type { IncomingHttpHeaders } from "node:http";
import { GraphQLError } from "graphql";
import type { Plugin } from "graphql-yoga";
import type { ErrorCode } from "../errors.ts";

/**
 * A page of another site can make a browser send a GET, from inside a network that is closed to the page itself, though it
 * never sees the answer. So a GET must show that no such page made it: by a header that browsers send across sites only after
 * asking by CORS (https://fetch.spec.whatwg.org/#cors-safelisted-request-header), by an origin that is allowed, or by the
 * browser's own word. A POST has shown it by its content type, see transport.ts.
 */
const HEADERS = [
  "graphql-require-preflight",
  "apollo-require-preflight",
  "x-apollo-operation-name",
  "x-graphql-yoga-csrf",
  "authorization",
];

interface ReadableHeaders {
  get(name: string): string | null;
}

function isOwnDoing(headers: ReadableHeaders, allowedOrigins: readonly string[]): boolean {
  if (HEADERS.some((name) => headers.get(name) !== null)) return true;
  const site = headers.get("sec-fetch-site");
  // "none" is what a person typed or clicked in a bookmark. Pages cannot write this header.
  if (site === "same-origin" || site === "none") return true;
  const origin = headers.get("origin");
  return origin !== null && allowedOrigins.includes(origin);
}

/**
 * Whether a page of another site made a browser ask, by the browser's own word, and not a person who followed its link. For what
 * programs and people get by plain GETs, which may carry no header.
 */
export function isForeignPage(headers: IncomingHttpHeaders, allowedOrigins: readonly string[]): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== "cross-site" && site !== "same-site") return false;
  const followed = headers["sec-fetch-dest"] === "document" && headers["sec-fetch-user"] === "?1";
  return !followed && !allowedOrigins.includes(headers.origin ?? "");
}

export const useCrossSiteGuard = (allowedOrigins: readonly string[]): Plugin => ({
  // After GraphiQL was served, which is a page and no question.
  onRequestParse({ request }) {
    if (request.method !== "GET" || isOwnDoing(request.headers, allowedOrigins)) return;
    throw new GraphQLError(
      `A GET needs the header ${HEADERS[0]}: 1, by which a page of another site cannot have made it. Or use POST.`,
      { extensions: { code: "CROSS_SITE" satisfies ErrorCode, http: { status: 403 } } },
    );
  },
});
