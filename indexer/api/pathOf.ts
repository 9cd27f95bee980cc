import type { IncomingMessage } from "node:http";

/** The path of a request, without its query. */
export function pathOf(request: IncomingMessage): string {
  const target = request.url ?? "/";
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}
