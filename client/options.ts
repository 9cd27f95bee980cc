import type { Connection } from "./exchange.ts";
import type { Bounds } from "./retry.ts";
import type { WatchBounds, WatchOptions } from "./watch.ts";

export interface ClientOptions {
  /** Where the API is, without `/graphql`: `https://ledger.example`, or `/` for a page that the same origin serves. */
  readonly url: string;
  /** Sent with every question; a function is asked each time. */
  readonly headers?: HeadersInit | (() => HeadersInit | Promise<HeadersInit>);
  /** Instead of the runtime's own. */
  readonly fetch?: typeof fetch;
  /** For a whole call, further attempts and waits included; 30 s without it. */
  readonly timeoutMs?: number;
  /** For one attempt; 10 s without it, longer than the API takes for anything. */
  readonly attemptTimeoutMs?: number;
  /** How often a question is asked again after a failure that passes; 3 without it. */
  readonly retries?: number;
}

/** For one call, instead of the client's own. */
export type CallOptions = Partial<Bounds>;

export interface ListOptions extends CallOptions {
  /** How many are asked for at once; 100 without it, at most 1,000. The bounds hold for each page. */
  readonly pageSize?: number;
}

const DEFAULTS = { timeoutMs: 30_000, attemptTimeoutMs: 10_000, retries: 3 } as const;
const WATCH_DEFAULTS = { timeoutMs: 300_000, attemptTimeoutMs: 10_000, silenceMs: 30_000 } as const;
/** What timers take: 2^31 - 1 ms. A longer time would fire at once. */
const LONGEST_MS = 2_147_483_647;

/** @throws TypeError for what cannot be waited or counted. */
export function toBounds(call: CallOptions, client: CallOptions): Bounds {
  const value = (name: keyof typeof DEFAULTS, least: number): number =>
    bounded(name, call[name] ?? client[name] ?? DEFAULTS[name], least);
  return {
    timeoutMs: value("timeoutMs", 1),
    attemptTimeoutMs: value("attemptTimeoutMs", 1),
    retries: value("retries", 0),
    signal: call.signal,
  };
}

/** A watch has bounds of its own: it goes on for as long as it is wanted. @throws as `toBounds` does. */
export function toWatchBounds({ signal, onInterruption = () => {}, ...given }: WatchOptions): WatchBounds {
  const value = (name: keyof typeof WATCH_DEFAULTS): number => bounded(name, given[name] ?? WATCH_DEFAULTS[name], 1);
  return {
    timeoutMs: value("timeoutMs"),
    attemptTimeoutMs: value("attemptTimeoutMs"),
    silenceMs: value("silenceMs"),
    ...{ signal, onInterruption },
  };
}

function bounded(name: string, number: number, least: number): number {
  if (number >= least && number <= LONGEST_MS) return number;
  throw new TypeError(`${name}: expected a number from ${least} to ${LONGEST_MS}, got ${number}`);
}

/** @throws TypeError when the URL is none of HTTP. */
export function connect({ url, headers, fetch }: ClientOptions): Connection {
  const page = "location" in globalThis ? globalThis.location.href : undefined;
  const base = new URL(url.endsWith("/") ? url : `${url}/`, page);
  if (!/^https?:$/.test(base.protocol)) throw new TypeError(`url: expected http or https, got ${base.protocol}`);
  return {
    url: new URL("graphql", base).href,
    // Looked up when it is needed, so that what replaces it later is used.
    fetch: fetch ?? ((input, init) => globalThis.fetch(input, init)),
    headers: typeof headers === "function" ? headers : () => headers ?? {},
  };
}
