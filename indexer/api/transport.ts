import type { IncomingMessage, ServerResponse } from "node:http";
import { RetryableError } from "../ops/errors.ts";
import type { Asked } from "./access/asked.ts";
import { readBody } from "./body.ts";
import { sendError } from "./respond.ts";
import { sendStream } from "./sendStream.ts";

/**
 * Node's HTTP to the Request and Response that GraphQL Yoga speaks, for bodies that fit in memory whole. Yoga's own bridge
 * streams both ways; with a bounded body in one piece and an answer sent in one write, a check costs about half.
 */

/** Room for a thousand checks with ids of their own. */
const MAX_BODY_BYTES = 256_000;

interface FetchServer {
  handleRequest(request: Request, context: object): Response | Promise<Response>;
  readonly fetchAPI: { readonly Request: typeof Request };
}

export async function answerGraphql(
  server: FetchServer,
  request: IncomingMessage,
  response: ServerResponse,
  { context, settle }: Asked,
): Promise<void> {
  let body: string | undefined;
  if (request.method === "POST") {
    // A form cannot send this type, so no page can make a browser ask in its user's name without being let by CORS.
    if (!/^application\/(?:graphql\+)?json\b/i.test(request.headers["content-type"] ?? ""))
      return sendError(response, 415, "BAD_INPUT", "expected content-type application/json");
    body = await readBody(request, MAX_BODY_BYTES);
    if (body === undefined)
      return sendError(response, 413, "BAD_INPUT", `expected a body of at most ${MAX_BODY_BYTES} bytes`);
  }
  // Only path and query matter; the Host header is the client's word and may be no host at all.
  const url = `http://localhost${request.url ?? "/"}`;
  const answer = await server.handleRequest(
    new server.fetchAPI.Request(url, {
      method: request.method ?? "GET",
      headers: request.headers as Record<string, string>,
      ...(body === undefined ? {} : { body }),
    }),
    { asked: context, gone: () => goneSignal(response) },
  );
  const { status, headers, body: stream } = answer;
  const streams = headers.get("content-type")?.startsWith("text/event-stream") === true;
  const text = streams ? "" : await answer.text();
  try {
    await settle?.({ status: answer.status, body });
  } catch (error) {
    await (streams ? stream?.cancel() : undefined);
    if (!(error instanceof RetryableError)) throw error;
    return sendError(response, 503, "RETRYABLE", "what was asked could not be recorded, so it is not answered");
  }
  if (streams && stream !== null) return sendStream({ status, headers, body: stream }, response);
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.end(text);
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.closed) gone.abort();
  else response.once("close", () => gone.abort());
  return gone.signal;
}
