import assert from "node:assert/strict";
import { test } from "node:test";
import { OperatorError, RetryableError } from "../../indexer/ops/errors.ts";
import { chainOf, EMPTY_BLOOM, FULL_BLOOM, header } from "./headers.ts";
import { caughtUp, following, isConfirm, Memory } from "./memoryNode.ts";

/** Following a chain to its head, and what a node says of finality. */

test("history is not the head: a long way ends with another look before anything counts as caught up", async () => {
  const node = new Memory(400);
  const { until: untilStep } = following(node);
  // The chain goes on while its history is read.
  node.onTip = () => {
    if (node.tips === 1) node.blocks = chainOf(0, 800);
    if (node.tips === 2) node.blocks = chainOf(0, 810);
  };
  const steps = await untilStep(caughtUp);
  const newest = steps.findLast((step) => step.type === "extend");
  assert.equal(newest?.type === "extend" && newest.blocks.headers.at(-1)?.number, 809n);
  assert.equal(steps.filter(caughtUp).length, 1);
});

test("a young chain is read from its final block on, an old one from the start block", async () => {
  for (const [finalized, startBlock, first] of [
    [3, 8n, 3n],
    [30, 8n, 8n],
    [undefined, 8n, 8n],
  ] as const) {
    const node = new Memory(40);
    node.finalized = finalized;
    const step = await following(node, { startBlock }).next();
    assert.equal(step.type === "extend" && step.blocks.headers[0]?.number, first);
  }
});

test("before the start block is mined nothing is read", async () => {
  const node = new Memory(5);
  node.finalized = 2;
  const { next } = following(node, { startBlock: 6n });
  node.onTip = () => {
    if (node.tips === 3) node.blocks = chainOf(0, 7);
  };
  const step = await next();
  assert.equal(step.type === "extend" && step.blocks.headers[0]?.number, 2n);
  assert.ok(node.tips >= 4);
});

test("a node below what was final, or of another chain, is waited for", async () => {
  const node = new Memory(20);
  node.finalized = 10;
  const { until: untilStep, next } = following(node);
  await untilStep(isConfirm);
  node.blocks = node.blocks.slice(0, 8);
  node.finalized = 1;
  await assert.rejects(next(), /head 7 is below block 10, which was final/);

  const wrong = new Memory(20);
  const other = following(wrong);
  await other.until(isConfirm);
  wrong.reorg(20, 1);
  wrong.recheckChain = () => {
    wrong.tip = () => Promise.reject(new OperatorError("serves chain 5"));
  };
  await assert.rejects(other.next(), OperatorError);
});

test("a final block that is not the one read by its number is refused", async () => {
  const node = new Memory(30);
  node.finalized = 20;
  const tip = await node.tip();
  node.tip = async () => ({ ...tip, finalized: header(20, 9) });
  await assert.rejects(following(node).next(), (error) => {
    assert.ok(error instanceof RetryableError);
    assert.match(error.message, /calls 0x.* its final block 20, but gave/);
    return true;
  });
});

test("finality that a node takes back or names on another branch changes no label", async () => {
  const node = new Memory(30);
  node.finalized = 10;
  const { until: untilStep, next, window } = following(node);
  await untilStep(isConfirm);
  node.finalized = 5;
  assert.equal((await next()).type, "confirm");
  assert.equal(window.oldest?.number, 10n);
  const tip = await node.tip();
  node.tip = async () => ({ ...tip, finalized: header(20, 9) });
  const step = await next();
  assert.equal(step.type === "confirm" && step.view.finalizedNumber, undefined);
  assert.equal(window.oldest?.number, 10n);
});

test("a new block that announces logs its index does not have is read from its receipts", async () => {
  for (const [receipts, logs] of [
    ["right", 1],
    ["unsupported", 0],
  ] as const)
    for (const blocks of [1, 3]) {
      const node = new Memory(5);
      node.receipts = receipts;
      const { until: untilStep, next } = following(node);
      await untilStep(isConfirm);
      node.blocks = [
        ...node.blocks,
        ...Array.from({ length: blocks }, (_, i) => header(5 + i, 0, i === blocks - 1 ? FULL_BLOOM : EMPTY_BLOOM)),
      ];
      const step = await next();
      assert.equal(step.type === "extend" && step.blocks.logs.length, logs, `${receipts}, ${blocks} blocks`);
    }
  const node = new Memory(5);
  node.receipts = "empty";
  const { until: untilStep, next } = following(node);
  await untilStep(isConfirm);
  node.blocks = [...node.blocks, header(5, 0, FULL_BLOOM)];
  await assert.rejects(next(), /block 5: its header announces logs, the node's receipts have none/);
});
