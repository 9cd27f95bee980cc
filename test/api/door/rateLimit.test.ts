import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { RateLimiter } from "../../../indexer/api/door/rateLimit.ts";

/** Longer than any test: what is counted is not forgotten in between. */
const HOUR = 3_600;

describe("the limit of requests", () => {
  it("lets so many through, and says when to come again", async () => {
    const limiter = new RateLimiter({ requests: 3, seconds: HOUR });
    for (let i = 0; i < 3; i++) assert.equal(await limiter.take("a"), 0);
    const wait = await limiter.take("a");
    assert(wait > HOUR - 60 && wait <= HOUR, String(wait));
    assert.equal(await limiter.take("b"), 0);
  });

  it("counts those who come together", async () => {
    const limiter = new RateLimiter({ requests: 5, seconds: HOUR });
    const waits = await Promise.all(Array.from({ length: 20 }, () => limiter.take("a")));
    assert.equal(waits.filter((wait) => wait === 0).length, 5);
  });

  it("begins anew after its period", async () => {
    const limiter = new RateLimiter({ requests: 1, seconds: 1 });
    assert.equal(await limiter.take("a"), 0);
    const wait = await limiter.take("a");
    assert.equal(wait, 1);
    await new Promise((resolve) => setTimeout(resolve, 1_100 * wait));
    assert.equal(await limiter.take("a"), 0);
    assert.equal(limiter.callers, 1);
  });

  it("holds a bounded number of callers: beyond it the new ones are counted as one, the known ones as before", async () => {
    const limiter = new RateLimiter({ requests: 2, seconds: HOUR }, 100);
    for (let i = 0; i < 100; i++) assert.equal(await limiter.take(`a${i}`), 0);
    const flood = [];
    for (let i = 0; i < 1_000; i++) flood.push(await limiter.take(`b${i}`));
    assert.equal(flood.filter((wait) => wait === 0).length, 2);
    assert(limiter.callers <= 101);
    assert.equal(await limiter.take("a5"), 0);
    assert.notEqual(await limiter.take("a5"), 0);
  });
});
