import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Turnstile } from "../../indexer/api/watch/turnstile.ts";

describe("a turnstile", () => {
  it("lets so many through at once, in order, also after one that failed", async () => {
    const turnstile = new Turnstile(2);
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        turnstile.pass(async () => {
          most = Math.max(most, ++inside);
          order.push(i);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
          if (i % 3 === 0) throw new Error(`${i}`);
          return i;
        }),
      ),
    );
    assert.equal(most, 2);
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    assert.equal(order.length, 20);
    assert.equal(results.filter(({ status }) => status === "rejected").length, 7);
    assert.equal(await turnstile.pass(async () => inside), 0);
  });
});
