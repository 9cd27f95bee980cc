import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { GrantledgerError } from "../../client/errors.ts";
import { retrying } from "../../client/retry.ts";
import { checkedAsync } from "../support/property.ts";

/** A clock that moves only by what is waited for. */
function waiting(random: number) {
  const pauses: number[] = [];
  let now = 0;
  return {
    pauses,
    now: () => now,
    random: () => random,
    pause: async (ms: number) => {
      pauses.push(ms);
      now += ms;
    },
  };
}

const failing = (retryable: boolean, retryAfterMs?: number) => async () => {
  throw new GrantledgerError("RETRYABLE", "away", { retryable, retryAfterMs });
};

describe("further attempts", () => {
  it("are never more than allowed, never wait past the time, and never less than the API asked for", () =>
    checkedAsync(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 8 }),
        fc.integer({ min: 1, max: 60_000 }),
        fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (retries, timeoutMs, retryAfterMs, random) => {
          const waits = waiting(random);
          const bounds = { retries, timeoutMs, attemptTimeoutMs: 60_000 };
          const error = await retrying(failing(true, retryAfterMs), bounds, waits).catch((reason: unknown) => reason);
          assert(error instanceof GrantledgerError);
          assert.equal(error.attempts, waits.pauses.length + 1);
          assert(error.attempts <= retries + 1);
          assert(waits.now() < timeoutMs);
          for (const [i, pause] of waits.pauses.entries()) {
            const whole = Math.min(5_000, 100 * 2 ** i);
            assert(pause >= Math.max(whole / 2, retryAfterMs ?? 0));
            assert(pause <= Math.max(whole, retryAfterMs ?? 0));
          }
        },
      ),
    ));

  it("are not made for what does not pass, nor for what is no failure of ours", async () => {
    const waits = waiting(0.5);
    const bounds = { retries: 5, timeoutMs: 10_000, attemptTimeoutMs: 1_000 };
    await assert.rejects(retrying(failing(false), bounds, waits), { attempts: 1 });
    const bug = new RangeError("a bug of the caller's own fetch");
    await assert.rejects(
      retrying(() => Promise.reject(bug), bounds, waits),
      bug,
    );
    assert.deepEqual(waits.pauses, []);
  });

  it("leave no listener on a signal that outlives the calls", async () => {
    const outer = new AbortController();
    let listeners = 0;
    const { signal } = outer;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    const bounds = { retries: 0, timeoutMs: 10_000, attemptTimeoutMs: 1_000, signal };
    await retrying(async () => 1, bounds);
    await retrying(failing(false), bounds).catch(() => {});
    assert.equal(listeners, 0);
  });
});
