import { once } from "node:events";
import type { ServerResponse } from "node:http";

/** A client that takes nothing for so long is cut: it comes back with its cursor. */
const TAKE_TIMEOUT_MS = 30_000;

export interface StreamedAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array>;
}

/**
 * Sends server-sent events, each when the client has taken the ones before: what it does not take is not read, so that a slow
 * client costs a buffer and no more. Resolves when either side ended.
 */
export async function sendStream(
  { status, headers, body }: StreamedAnswer,
  response: ServerResponse,
  takeTimeoutMs = TAKE_TIMEOUT_MS,
): Promise<void> {
  const reader = body.getReader();
  const gone = new AbortController();
  response.once("close", () => {
    gone.abort();
    // Ends whatever fills the stream, also while it waits for something to send.
    reader.cancel().catch(() => {});
  });
  response.writeHead(status, Object.fromEntries(headers));
  for (let part = await reader.read(); !part.done && !gone.signal.aborted; part = await reader.read())
    if (!response.write(part.value) && !(await taken(response, gone.signal, takeTimeoutMs))) return;
  response.end();
}

/** Whether the client took what was written. One that is gone or takes too long is cut. */
async function taken(response: ServerResponse, gone: AbortSignal, withinMs: number): Promise<boolean> {
  try {
    await once(response, "drain", { signal: AbortSignal.any([gone, AbortSignal.timeout(withinMs)]) });
    return true;
  } catch {
    response.destroy();
    return false;
  }
}
