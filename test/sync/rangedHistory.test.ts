import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { toAddress } from "../../indexer/grants/bytes.ts";
import { RetryableError } from "../../indexer/ops/errors.ts";
import { rangedHistory } from "../../indexer/sync/rangedHistory.ts";
import { header } from "./headers.ts";
import { caughtUp, following, Memory } from "./memoryNode.ts";

/** Final history as two endpoints give it: nothing of it may rest on the word of one alone. */

const CONTRACTS = [toAddress(new Uint8Array(20).fill(0xc0))];
const FINAL = 700;

describe("history read in ranges from two endpoints", () => {
  let [first, second]: [Memory, Memory] = [new Memory(0), new Memory(0)];
  beforeEach(() => {
    [first, second] = [new Memory(720), new Memory(720)];
    for (const node of [first, second]) {
      node.finalized = FINAL;
      for (const number of [30, 450]) node.logsIn.set(number, 2);
    }
  });
  const follow = () => following(first, { history: rangedHistory(first, second, CONTRACTS) });
  const refused = (says: RegExp) => (error: unknown) => {
    assert.ok(error instanceof RetryableError, String(error));
    assert.match(error.message, says);
    return true;
  };

  it("is read where both say the same, in stretches that link", async () => {
    const steps = await follow().until(caughtUp);
    const stretches = steps.flatMap((step) => (step.type === "extend" && step.blocks.leap ? [step.blocks] : []));
    assert.ok(stretches.length > 1);
    for (const [i, { headers }] of stretches.slice(1).entries())
      assert.equal(headers[0]?.number, (stretches[i]?.headers.at(-1)?.number ?? 0n) + 1n);
    assert.equal(stretches.at(-1)?.headers.at(-1)?.number, BigInt(FINAL));
    const logs = stretches.flatMap((stretch) => stretch.logs.map(({ log }) => Number(log.blockNumber)));
    assert.deepEqual(logs, [30, 30, 450, 450]);
  });

  // Of a block with a log both said the hash; of one without, at the end of a stretch, nobody else would be asked.
  it("is not taken where one alone gives another block at the end of a stretch", async () => {
    const ends = await endsOfStretches();
    const end = ends[0] ?? 0;
    assert.ok(end > 0 && end < FINAL);
    first.blocks[end] = header(end, 9);
    await assert.rejects(follow().until(caughtUp), refused(new RegExp(`block ${end}: two endpoints`)));
  });

  it("is not taken where one alone says when a block was, and no hash shows it", async () => {
    first.blocks[450] = { ...header(450), time: 1n };
    await assert.rejects(follow().until(caughtUp), refused(/block 450: two endpoints/));
  });

  it("is not taken where a stretch does not link to the one before, whatever both say", async () => {
    const ends = await endsOfStretches();
    const begin = (ends[0] ?? 0) + 1;
    for (const node of [first, second]) node.blocks[begin] = { ...header(begin), parentHash: header(1, 9).hash };
    await assert.rejects(follow().until(caughtUp), refused(new RegExp(`block ${begin} does not link`)));
  });

  async function endsOfStretches(): Promise<number[]> {
    const steps = await follow().until(caughtUp);
    return steps.flatMap((step) =>
      step.type === "extend" && step.blocks.leap ? [Number(step.blocks.headers.at(-1)?.number)] : [],
    );
  }
});
