import assert from "node:assert/strict";
import { test } from "node:test";
import { type Bytes32, toAddress, toHex } from "../../indexer/grants/bytes.ts";
import { OperatorError, RetryableError } from "../../indexer/ops/errors.ts";
import type { Header } from "../../indexer/rpc/answers.ts";
import type { ChainReader } from "../../indexer/rpc/chainReader.ts";
import type { SecondOpinion } from "../../indexer/rpc/quorum.ts";
import { type FollowOptions, follow, type Step } from "../../indexer/sync/follow.ts";
import { LinkedFetcher } from "../../indexer/sync/linkedFetcher.ts";
import { LinkedWindow } from "../../indexer/sync/window.ts";
import { chainOf, EMPTY_BLOOM, FULL_BLOOM, hashOf, header, logAt } from "./headers.ts";

/** Following a chain that is a list in memory, where a test decides what each look shows. */

class Memory implements ChainReader {
  /** Block `i` of the node's chain. */
  blocks: Header[];
  finalized: number | undefined;
  tips = 0;
  rechecks = 0;
  onTip: () => void = () => {};
  readonly logsIn = new Map<number, number>();
  receipts: "right" | "empty" | "unsupported" = "right";
  readonly asked: string[] = [];

  constructor(length: number) {
    this.blocks = chainOf(0, length);
  }

  async tip() {
    this.tips++;
    const finalized = this.finalized === undefined ? undefined : this.blocks[this.finalized];
    const tip = { head: this.blocks.at(-1) as Header, safe: finalized, finalized };
    this.onTip();
    return tip;
  }
  async headers(from: bigint, to: bigint) {
    return this.blocks.slice(Number(from), Number(to) + 1);
  }
  async headersAt(numbers: readonly bigint[]) {
    return numbers.map((number) => this.blocks[Number(number)] as Header);
  }
  async provenLogs(): Promise<never> {
    throw new Error("nothing is proven here");
  }
  async logs(from: bigint, to: bigint) {
    this.asked.push(`logs ${from}-${to}`);
    return (await this.headers(from, to)).flatMap(({ number }) => this.#logsOf(Number(number)));
  }
  async logsOfBlocks(hashes: readonly Bytes32[]) {
    this.asked.push("by hash");
    return hashes.map((hash) => this.#logsOf(this.#numberOf(hash)));
  }
  async logsInReceipts(hashes: readonly Bytes32[]) {
    this.asked.push("receipts");
    if (this.receipts === "unsupported") return undefined;
    return hashes.map((hash) => (this.receipts === "empty" ? [] : [logAt(this.#numberOf(hash), 0, 0)]));
  }
  opinion: SecondOpinion = "none";
  async secondOpinion() {
    return this.opinion;
  }
  recheckChain() {
    this.rechecks++;
  }
  /** The last `depth` blocks become others of a branch. */
  reorg(depth: number, branch: number, grow = 0) {
    const first = this.blocks.length - depth;
    const added = Array.from({ length: depth + grow }, (_, i) => header(first + i, branch));
    const parent = this.blocks[first - 1];
    if (added[0] && parent) added[0] = { ...added[0], parentHash: parent.hash };
    this.blocks = [...this.blocks.slice(0, first), ...added];
  }
  #numberOf(hash: Bytes32): number {
    return this.blocks.findIndex((block) => toHex(block.hash) === toHex(hash));
  }
  #logsOf(number: number) {
    return Array.from({ length: this.logsIn.get(number) ?? 0 }, (_, i) => logAt(number, 0, i));
  }
}

interface Following {
  readonly window: LinkedWindow;
  next(): Promise<Step>;
  /** Steps until one satisfies. */
  until(enough: (step: Step) => boolean): Promise<Step[]>;
}

function following(reader: ChainReader, options: Partial<FollowOptions> = {}): Following {
  const window = new LinkedWindow([]);
  let pauses = 0;
  const steps = follow(window, {
    reader,
    fetcher: new LinkedFetcher(reader, [toAddress(new Uint8Array(20).fill(0xc0))]),
    startBlock: 0n,
    pause: async () => {
      if (++pauses > 50) throw new Error("it waits for ever");
    },
    signal: new AbortController().signal,
    ...options,
  });
  const next = async (): Promise<Step> => {
    pauses = 0;
    const step = await steps.next();
    if (step.done) throw new Error("it ended");
    return step.value;
  };
  return {
    window,
    next,
    async until(enough) {
      const seen: Step[] = [];
      do seen.push(await next());
      while (!enough(seen.at(-1) as Step) && seen.length < 2_000);
      return seen;
    },
  };
}

const isConfirm = (step: Step): boolean => step.type === "confirm";
const caughtUp = (step: Step | undefined): boolean =>
  step?.type !== "extend" ? step?.type === "confirm" && step.view.caughtUp : step.view.caughtUp;

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
