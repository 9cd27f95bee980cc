import { badAnswer, GrantledgerError } from "./errors.ts";
import { EventStream, type Sent } from "./eventStream.ts";
import { ask, type Connection, dataOf, reaching, textOf } from "./exchange.ts";
import { WatchDocument } from "./generated/documents.ts";
import type * as api from "./generated/types.ts";
import { backoff, REAL, type Waits, within } from "./retry.ts";

/** What becomes known, as it becomes known, through whatever interruption. */

/**
 * Where a watch begins: after the item with a cursor, or with what was not known at a moment, which is the `knownAt` of an
 * answer. One of both is needed: a watch that began with its connection would lose what happened before the next one.
 */
export type Begin =
  | { readonly after: string; readonly since?: never }
  | { readonly since: string | Date; readonly after?: never };

export type WatchWhich = Begin & {
  /** Only what all of this is true of; everything without it. */
  readonly filter?: api.WatchFilter | undefined;
};

export interface WatchOptions {
  /** Ends the watch, which then rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long one attempt to connect may take; 10 s without it. */
  readonly attemptTimeoutMs?: number;
  /** A connection that says nothing for so long is given up; 30 s without it, as the API says something every 12 s. */
  readonly silenceMs?: number;
  /** How long there may be no connection at all before the watch rejects; 5 min without it. */
  readonly timeoutMs?: number;
  /** Told of every interruption that the watch gets over by itself. */
  readonly onInterruption?: (error: GrantledgerError) => void;
}

export type Watched = api.WatchItemFragment;

export interface WatchBounds {
  readonly signal: AbortSignal | undefined;
  readonly attemptTimeoutMs: number;
  readonly silenceMs: number;
  readonly timeoutMs: number;
  readonly onInterruption: (error: GrantledgerError) => void;
}

/**
 * Every item once. An item counts as dealt with when the next one is asked for: the watch comes back after it.
 * @throws GrantledgerError what no further attempt can change, or the last failure when there was no connection for too
 * long; the reason of the caller's signal.
 */
export async function* watching(
  connection: Connection,
  which: WatchWhich,
  bounds: WatchBounds,
  waits: Waits = REAL,
): AsyncGenerator<Watched, void, undefined> {
  const { signal, timeoutMs, onInterruption } = bounds;
  let { filter, ...begin }: { filter?: unknown; after?: string; since?: string | Date } = which;
  let heardAt = waits.now();
  let attempts = 0;
  const heard = (): void => {
    heardAt = waits.now();
  };
  for (;;) {
    signal?.throwIfAborted();
    let failure: GrantledgerError;
    try {
      for await (const item of connected(connection, { filter, ...begin }, bounds, heard)) {
        begin = { after: item.cursor };
        attempts = 0;
        yield item;
        heard();
      }
      failure = new GrantledgerError("UNREACHABLE", "the API ended the watch", { retryable: true });
    } catch (error) {
      if (!(error instanceof GrantledgerError) || !error.retryable) throw error;
      failure = error;
    }
    attempts += 1;
    failure.attempts = attempts;
    const wait = Math.max(failure.retryAfterMs ?? 0, backoff(attempts, waits.random()));
    if (waits.now() + wait - heardAt >= timeoutMs) throw failure;
    onInterruption(failure);
    await waits.pause(wait, signal);
  }
}

/** The items of one connection, until its end. */
async function* connected(
  connection: Connection,
  variables: object,
  { signal, attemptTimeoutMs, silenceMs }: WatchBounds,
  heard: () => void,
): AsyncGenerator<Watched, void, undefined> {
  const body = JSON.stringify({ query: WatchDocument, variables });
  const stream = await within(attemptTimeoutMs, signal, (inner) => open(connection, body, inner));
  const reader = stream.getReader();
  let cut: unknown;
  /** What waits for a piece then has the end of the stream, also where `fetch` heeds no signal. */
  const cancel = (reason: unknown): void => {
    cut ??= reason;
    void reader.cancel(reason).catch(() => {});
  };
  const onAbort = () => cancel(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const events = new EventStream();
  try {
    for (;;) {
      const silent = () => new GrantledgerError("TIMEOUT", `nothing was said for ${silenceMs} ms`, { retryable: true });
      const timer = setTimeout(() => cancel(silent()), silenceMs);
      const piece = await reaching(connection, signal ?? NEVER, () => reader.read()).finally(() => clearTimeout(timer));
      signal?.throwIfAborted();
      if (cut !== undefined) throw cut;
      if (piece.done) return;
      heard();
      for (const sent of events.take(piece.value)) {
        if (sent.event === "complete") return;
        if (sent.event === "next") yield itemOf(sent);
        signal?.throwIfAborted();
      }
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    cancel(undefined);
  }
}

const NEVER = new AbortController().signal;

/** @throws GrantledgerError when what answers is no stream of events. */
async function open(connection: Connection, body: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
  const response = await ask(connection, body, "text/event-stream", signal);
  const streams = /^text\/event-stream\b/.test(response.headers.get("content-type") ?? "");
  if (streams && response.ok && response.body !== null) return response.body;
  const text = await textOf(connection, response, signal);
  // What is wrong with the question is told in the form that was asked for.
  const [sent] = streams ? new EventStream().take(new TextEncoder().encode(text)) : [];
  dataOf(response, sent?.data ?? text);
  throw badAnswer("the answer is no stream of events");
}

function itemOf({ data }: Sent): Watched {
  const { item } = dataOf({ ok: true, status: 200, headers: new Headers() }, data) as { item?: Watched | null };
  if (typeof item?.cursor !== "string") throw badAnswer("an item of the watch has no cursor");
  return item;
}
