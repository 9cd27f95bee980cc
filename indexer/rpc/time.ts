import { setTimeout as after } from "node:timers/promises";

/** The time by which endpoints are paced. Injected, so that tests own it. */
export interface Time {
  /** Milliseconds that only ever rise, from an arbitrary moment on. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** At least 0, below 1. */
  random(): number;
}

export const REAL_TIME: Time = {
  now: () => performance.now(),
  sleep: (ms, signal) => after(ms, undefined, signal === undefined ? {} : { signal }).catch(() => {}),
  random: Math.random,
};
