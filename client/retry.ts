import { GrantledgerError } from "./errors.ts";

/** Attempts within bounds. Every question only reads, so that asking again does no harm. */

export interface Bounds {
  /** For the whole call, waits included. */
  readonly timeoutMs: number;
  /** For one attempt. */
  readonly attemptTimeoutMs: number;
  /** How often more than once. */
  readonly retries: number;
  readonly signal?: AbortSignal | undefined;
}

/** The clock and its waits, which tests replace. */
export interface Waits {
  /** Milliseconds. */
  now(): number;
  /** @throws the signal's reason, when it is aborted. */
  pause(ms: number, signal: AbortSignal | undefined): Promise<void>;
  /** From 0 to below 1. */
  random(): number;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;

/** @throws the last attempt's GrantledgerError; TIMEOUT; the reason of `signal`. */
export async function retrying<T>(
  attempt: (signal: AbortSignal) => Promise<T>,
  bounds: Bounds,
  waits: Waits = REAL,
): Promise<T> {
  const { signal, retries, timeoutMs, attemptTimeoutMs } = bounds;
  const deadline = waits.now() + timeoutMs;
  for (let attempts = 1; ; attempts++) {
    signal?.throwIfAborted();
    try {
      return await within(Math.min(attemptTimeoutMs, deadline - waits.now()), signal, attempt);
    } catch (error) {
      if (!(error instanceof GrantledgerError)) throw error;
      error.attempts = attempts;
      const wait = Math.max(error.retryAfterMs ?? 0, backoff(attempts, waits.random()));
      // To wait for an attempt that has no time left would only delay the same error.
      if (!error.retryable || attempts > retries || waits.now() + wait >= deadline) throw error;
      await waits.pause(wait, signal);
    }
  }
}

/** Between half of it and the whole of what doubles each time: callers that failed together do not come back together. */
export const backoff = (attempts: number, random: number): number =>
  Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempts - 1)) * (0.5 + random / 2);

/**
 * Ends with the time or with the caller's signal, also where what is awaited heeds no signal. Not `AbortSignal.any`, whose
 * listeners on a caller's long-lived signal would outlast the call.
 */
export async function within<T>(
  ms: number,
  outer: AbortSignal | undefined,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = new AbortController();
  const onAbort = () => inner.abort(outer?.reason);
  const timer = setTimeout(() => {
    inner.abort(new GrantledgerError("TIMEOUT", `no answer within ${Math.round(ms)} ms`, { retryable: true }));
  }, ms);
  outer?.addEventListener("abort", onAbort, { once: true });
  const cut = new Promise<never>((_resolve, reject) => {
    inner.signal.addEventListener("abort", () => reject(inner.signal.reason), { once: true });
  });
  try {
    return await Promise.race([attempt(inner.signal), cut]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", onAbort);
  }
}

export const REAL: Waits = {
  now: () => performance.now(),
  random: Math.random,
  pause: (ms, signal) =>
    new Promise((resolve, reject) => {
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};
