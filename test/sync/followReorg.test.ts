import assert from "node:assert/strict";
import { test } from "node:test";
import { RetryableError } from "../../indexer/ops/errors.ts";
import type { Header } from "../../indexer/rpc/answers.ts";
import { chainOf, hashOf, header } from "./headers.ts";
import { caughtUp, following, isConfirm, Memory } from "./memoryNode.ts";

/** What may be a reorg, what is one, and how far back it goes. */

test("a node that is back on our branch before the rollback began: nothing is dropped", async () => {
  const node = new Memory(10);
  const { next, until: untilStep } = following(node);
  await untilStep(caughtUp);
  const ours = node.blocks;
  // Two looks agree on another branch that is one block longer, and it is gone when the ancestor is looked for.
  node.reorg(1, 7, 1);
  let looks = 0;
  node.onTip = () => {
    if (++looks === 2) node.blocks = ours;
  };
  assert.equal((await next()).type, "confirm");
  assert.equal(looks, 3);
});

test("a reorg takes two looks that agree, and the chain's id in between", async () => {
  const node = new Memory(20);
  node.finalized = 2;
  const { until: untilStep, next, window } = following(node);
  await untilStep(isConfirm);
  node.reorg(3, 1);
  const before = node.tips;
  const step = await next();
  assert.equal(step.type === "rollback" && step.ancestor.number, 16n);
  assert.equal(node.tips - before, 2);
  assert.ok(node.rechecks >= 1);
  await untilStep(isConfirm);
  assert.deepEqual(window.head?.hash, hashOf(19, 1));
});

test("another endpoint's word decides at once: a reorg that it confirms, none that it denies", async () => {
  const node = new Memory(20);
  node.finalized = 2;
  const { until: untilStep, next, window } = following(node);
  await untilStep(isConfirm);
  node.reorg(3, 1);
  node.opinion = "confirmed";
  const before = node.tips;
  const step = await next();
  assert.equal(step.type === "rollback" && step.ancestor.number, 16n);
  assert.equal(node.tips - before, 1, "no second look was needed");
  await untilStep(isConfirm);

  node.reorg(5, 2);
  node.opinion = "denied";
  const ours = window.head?.hash;
  await assert.rejects(next(), (error) => {
    assert.ok(error instanceof RetryableError);
    assert.match(error.message, /contradict each other about block 19 .*nothing is rolled back until they agree/);
    return true;
  });
  assert.deepEqual(window.head?.hash, ours);
});

test("a denied branch that is gone at the next look was none", async () => {
  const node = new Memory(20);
  const { until: untilStep, next } = following(node);
  await untilStep(isConfirm);
  const ours = node.blocks;
  node.reorg(3, 1);
  node.opinion = "denied";
  node.onTip = () => {
    node.blocks = ours;
  };
  assert.equal((await next()).type, "confirm");
});

test("a chain that moves between the look and the read is not taken for the one that was looked at", async () => {
  for (const grow of [2, 3, 40]) {
    const node = new Memory(20);
    node.finalized = 2;
    const { until: untilStep, window } = following(node);
    await untilStep(isConfirm);
    // The look still shows our branch, longer; what is read a moment later is another one.
    node.blocks = chainOf(0, 20 + grow);
    const headers = node.headers.bind(node);
    node.headers = (from, to) => {
      if (from === 20n) {
        node.headers = headers;
        node.reorg(grow + 3, 1, 1);
      }
      return headers(from, to);
    };
    const steps = await untilStep((step) => step.type !== "confirm");
    assert.equal(steps.at(-1)?.type, "rollback", `${grow} more blocks`);
    await untilStep(isConfirm);
    assert.deepEqual(window.head?.hash, node.blocks.at(-1)?.hash);
  }
});

test("a head that was replaced at its height between the look and the read: the head is the block that was read", async () => {
  const node = new Memory(20);
  node.finalized = 2;
  const { until: untilStep } = following(node);
  await untilStep(isConfirm);
  node.blocks = chainOf(0, 22);
  const headers = node.headers.bind(node);
  node.headers = (from, to) => {
    if (from === 20n) {
      node.headers = headers;
      node.reorg(2, 1);
      node.blocks = node.blocks.map((block, i) => (i < 20 ? block : { ...block, time: block.time + 5n }));
    }
    return headers(from, to);
  };
  const step = (await untilStep(({ type }) => type !== "confirm")).at(-1);
  assert.ok(step?.type === "extend");
  const { number, time } = node.blocks.at(-1) as Header;
  assert.deepEqual(step.view.head, { number, time });
});

test("a branch that is gone at the second look was none", async () => {
  const node = new Memory(20);
  const { until: untilStep, next } = following(node);
  await untilStep(isConfirm);
  const ours = node.blocks;
  node.reorg(3, 1);
  node.onTip = () => {
    node.blocks = ours;
  };
  assert.equal((await next()).type, "confirm");
});

test("reorgs of every depth down to the final block go back to the common ancestor, and deeper ones no further", async () => {
  for (let depth = 1; depth <= 30; depth++) {
    const node = new Memory(32);
    node.finalized = 5;
    const { until: untilStep, next } = following(node);
    await untilStep(isConfirm);
    node.reorg(depth, 1, depth % 3);
    const step = await next();
    if (depth <= 26)
      assert.equal(step.type === "rollback" && step.ancestor.number, BigInt(31 - depth), `depth ${depth}`);
    else
      assert.match(step.type === "quarantine" ? step.reason : step.type, /shares no block with ours down to block 5/);
  }
});

test("another chain's node that answers while the ancestor is looked for: all is asked again, and no chain is quarantined", async () => {
  const node = new Memory(20);
  node.finalized = 2;
  const { until: untilStep } = following(node);
  await untilStep(isConfirm);
  node.reorg(2, 1, 1);
  node.opinion = "confirmed";
  const headers = node.headers.bind(node);
  node.headers = async (from, to) => (await headers(from, to)).map(({ number }) => header(Number(number), 9));
  node.recheckChain = () => {
    // The first is for what may be a reorg, the second for what contradicts finality.
    if (node.rechecks++ > 0) node.headers = headers;
  };
  const step = (await untilStep(({ type }) => type !== "confirm")).at(-1);
  assert.ok(step?.type === "rollback", step?.type);
  assert.equal(step.ancestor.number, 17n);
});

test("a shorter chain that differs is a reorg, one that does not is a node that lags", async () => {
  const node = new Memory(20);
  node.finalized = 2;
  const { until: untilStep, next } = following(node);
  await untilStep(isConfirm);
  node.blocks = node.blocks.slice(0, 17);
  for (let i = 0; i < 5; i++) {
    const step = await next();
    assert.deepEqual(step.type === "confirm" && [step.view.head.number, step.view.caughtUp], [19n, true]);
  }
  node.reorg(4, 1);
  const step = await next();
  assert.equal(step.type === "rollback" && step.ancestor.number, 12n);
});
