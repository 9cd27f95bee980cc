import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { toAddress } from "../../indexer/grants/bytes.ts";
import { RetryableError } from "../../indexer/ops/errors.ts";
import type { RawLog } from "../../indexer/rpc/answers.ts";
import { LogPacker } from "../../indexer/rpc/packedLog.ts";
import { rangedHistory } from "../../indexer/sync/rangedHistory.ts";
import { header, logAt } from "./headers.ts";
import { caughtUp, following, Memory } from "./memoryNode.ts";

/** Final history as two endpoints give it: nothing of it may rest on the word of one alone. */

const CONTRACTS = [toAddress(new Uint8Array(20).fill(0xc0))];
const FINAL = 700;

function packed(log: RawLog): RawLog {
  const made = new LogPacker(1).pack(log);
  assert.ok(made);
  return made;
}

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

  it("is not taken where anything that is stored of a log is another, however the logs are held", async () => {
    const word = (byte: string): string => `0x${byte.repeat(32)}`;
    const said: RawLog = { ...logAt(30, 0, 0), topics: [word("aa"), word("bb")], data: "0xabcd" };
    const [own, other] = [first.logs.bind(first), second.logs.bind(second)];
    const isFirst = ({ blockNumber, logIndex }: RawLog): boolean => blockNumber === 30n && logIndex === 0;
    type Held = (log: RawLog) => RawLog;
    const telling = async (ours: Held, theirs: Held, change: Partial<RawLog>): Promise<void> => {
      first.logs = async (from, to) => (await own(from, to)).map((log) => ours(isFirst(log) ? said : log));
      second.logs = async (from, to) =>
        (await other(from, to)).map((log) => theirs(isFirst(log) ? { ...said, ...change } : log));
      await follow().until(caughtUp);
    };
    const asText: Held = (log) => log;
    for (const [ours, theirs] of [
      [packed, packed],
      [packed, asText],
      [asText, packed],
      [asText, asText],
    ] as const) {
      await telling(ours, theirs, {});
      await telling(ours, theirs, { data: "0xABCD" });
      for (const change of [
        { address: `0x${"c1".repeat(20)}` },
        { topics: [word("aa")] },
        { topics: [word("aa"), word("bc")] },
        { topics: [word("aa")], data: `0x${"bb".repeat(32)}abcd` },
        { data: "0xabce" },
        { data: "0xab" },
        { transactionHash: word("12") },
        { transactionIndex: 1 },
        { logIndex: 7 },
        { blockNumber: 31n },
        { blockHash: word("13") },
      ])
        await assert.rejects(telling(ours, theirs, change), refused(/same logs/), Object.keys(change).join());
    }
  });

  it("is read where both say the same in another order", async () => {
    const own = second.logs.bind(second);
    second.logs = async (from, to) => (await own(from, to)).map(packed).reverse();
    const given = first.logs.bind(first);
    first.logs = async (from, to) => (await given(from, to)).map(packed);
    await follow().until(caughtUp);
  });

  async function endsOfStretches(): Promise<number[]> {
    const steps = await follow().until(caughtUp);
    return steps.flatMap((step) =>
      step.type === "extend" && step.blocks.leap ? [Number(step.blocks.headers.at(-1)?.number)] : [],
    );
  }
});
