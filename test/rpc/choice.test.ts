import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Breaker } from "../../indexer/rpc/breaker.ts";
import { type Candidate, inOrder } from "../../indexer/rpc/choice.ts";
import { WrongChainError } from "../../indexer/rpc/errors.ts";
import { LargestAccepted, limitIn } from "../../indexer/rpc/learned.ts";
import { Pace, shapeOf, UsualPace } from "../../indexer/rpc/pace.ts";
import { FakeTime } from "../support/fakeTime.ts";
import { checked } from "../support/property.ts";

/** Which endpoint is asked first, and what that rests on. */

const fine = { state: "closed", spare: true, delayMs: 0, wrongChain: undefined, head: 100n } as const;
const candidate = (name: string, change: Partial<Candidate> = {}): Candidate => ({
  ...{ name, ...fine, score: 1, doubtedAt: undefined, logRange: undefined },
  ...change,
});
const names = (...args: Parameters<typeof inOrder>): string =>
  inOrder(...args)
    .map(({ name }) => name)
    .join("");

test("all alike: in the order of the configuration", () => {
  assert.equal(names([candidate("a"), candidate("b"), candidate("c")]), "abc");
});

test("each thing that makes one worse puts it behind", () => {
  for (const worse of [
    { score: 1.1 },
    { spare: false },
    { head: 90n },
    { doubtedAt: 5 },
    { state: "half-open" },
    { state: "open" },
  ] as Partial<Candidate>[])
    assert.equal(names([candidate("a", worse), candidate("b")]), "ba", JSON.stringify(Object.keys(worse)));
  assert.equal(names([candidate("a", { head: 99n }), candidate("b")]), "ab", "one block is the network's");
  assert.equal(names([candidate("a", { head: undefined }), candidate("b")]), "ab", "nothing is known against it");
});

test("dead comes after doubted, doubted after busy, and longest doubted first", () => {
  const all = [
    candidate("d", { state: "open" }),
    candidate("c", { doubtedAt: 20 }),
    candidate("b", { doubtedAt: 10 }),
    candidate("a", { spare: false, delayMs: 900, score: 10 }),
  ];
  assert.equal(names(all), "abcd");
});

test("another chain's is not among them", () => {
  assert.equal(names([candidate("a", { wrongChain: new WrongChainError("no") }), candidate("b")]), "b");
});

test("we stay where we are unless another does clearly better", () => {
  const faster = candidate("b", { score: 0.8 });
  assert.equal(names([candidate("a"), faster]), "ba");
  assert.equal(names([candidate("a"), faster], { prefer: "a" }), "ab");
  assert.equal(names([candidate("a"), candidate("b", { score: 0.6 })], { prefer: "a" }), "ba");
});

test("a question goes first to who can answer it: the range, the block", () => {
  const small = candidate("a", { logRange: 50, head: 80n });
  assert.equal(names([small, candidate("b", { score: 5 })], { range: 51 }), "ba");
  assert.equal(names([{ ...small, head: 100n }, candidate("b", { score: 5 })], { range: 50 }), "ab");
  assert.equal(names([{ ...small, score: 0.001 }, candidate("b")], { block: 81n }), "ba");
});

test("everybody who is of our chain is in it once", () => {
  const any = fc.record({
    state: fc.constantFrom("closed", "open", "half-open"),
    spare: fc.boolean(),
    delayMs: fc.nat(1_000),
    score: fc.double({ min: 0.01, max: 100, noNaN: true }),
    doubtedAt: fc.option(fc.nat(), { nil: undefined }),
    head: fc.option(fc.bigInt(0n, 500n), { nil: undefined }),
    logRange: fc.option(fc.nat(100), { nil: undefined }),
  });
  checked(
    fc.property(fc.array(any, { maxLength: 6 }), fc.nat(200), (list, range) => {
      const all = list.map((one, i) => candidate(String(i), one as Partial<Candidate>));
      const order = inOrder(all, { range, block: BigInt(range), prefer: "1" });
      assert.deepEqual(new Set(order), new Set(all));
      assert.equal(order.length, all.length);
    }),
  );
});

test("three failures in a row are death; after a rest one answer is life, one failure a longer rest", async () => {
  const time = new FakeTime();
  const breaker = new Breaker(time);
  assert.deepEqual([breaker.failed(), breaker.failed(), breaker.state], [false, false, "closed"]);
  assert.equal(breaker.succeeded(), false);
  assert.deepEqual([breaker.failed(), breaker.failed(), breaker.state], [false, false, "closed"], "not in a row");
  assert.equal(breaker.failed(), true);
  for (const rest of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
    assert.equal(breaker.state, "open");
    breaker.failed();
    await time.advance(rest - 1);
    assert.equal(breaker.state, "open", "failures of what was under way do not prolong it");
    await time.advance(1);
    assert.equal(breaker.state, "half-open");
    assert.equal(breaker.failed(), false, "told once");
  }
  await time.advance(60_000);
  assert.equal(breaker.succeeded(), true);
  assert.equal(breaker.state, "closed");
});

test("questions of one kind are compared with each other alone", () => {
  const call = (method: string, ...params: unknown[]) => ({ method, params });
  const range = call("eth_getLogs", { fromBlock: "0x1", toBlock: "0x2" });
  assert.notEqual(shapeOf([range]), shapeOf([call("eth_getLogs", { blockHash: "0x" })]));
  assert.notEqual(shapeOf([range]), shapeOf(Array.from({ length: 9 }, () => range)));
  assert.equal(shapeOf([call("a"), call("b")]), shapeOf([call("b"), call("a"), call("a")]));
});

test("an endpoint that answers slower, is outrun or fails has a worse score, and recovers", () => {
  const usual = new UsualPace();
  const [a, b] = [new Pace(usual), new Pace(usual)];
  for (let i = 0; i < 30; i++) {
    a.answered("tip", 10, i);
    a.answered("range", 1_000, i);
    b.answered("tip", 30, i);
  }
  assert.ok(a.score < b.score / 2, `${a.score}, ${b.score}`);
  for (let i = 0; i < 5; i++) a.failed();
  assert.ok(a.score > b.score);
  for (let i = 0; i < 40; i++) a.answered("tip", 10, i);
  assert.ok(a.score < b.score);
  for (let i = 0; i < 5; i++) a.outrun("tip", 2_000);
  assert.ok(a.score > b.score);
});

test("what is usual is known from ten answers on", () => {
  const pace = new Pace(new UsualPace());
  for (let i = 1; i <= 9; i++) pace.answered("tip", i, i);
  assert.equal(pace.p95("tip"), undefined);
  pace.answered("tip", 1_000, 10);
  for (let i = 11; i <= 100; i++) pace.answered("tip", i, i);
  assert.ok((pace.p95("tip") ?? 0) >= 95, "of the newest ones");
  assert.equal(pace.lastAnswered("tip"), 100);
  for (let i = 0; i < 1_000; i++) pace.answered(`shape ${i}`, 1, i);
  assert.ok((pace.p95("") ?? 0) > 0, "strange kinds share one place");
});

test("a size that was refused is not asked for again", () => {
  const size = new LargestAccepted(100);
  assert.equal(size.refused(100), true);
  assert.equal(size.max, 50);
  assert.equal(size.refused(80), false, "known already");
  assert.equal(size.refused(50, "batch limit is 20"), true);
  assert.equal(size.max, 20);
  for (let i = 0; i < 9; i++) size.refused(size.max);
  assert.equal(size.max, 1);
});

test("the number that a server names", () => {
  for (const [words, number] of [
    ["You can make eth_getLogs requests with up to a 2K block range", 2_000],
    ["requests with up to a 10 block range.", 10],
    ["eth_getLogs is limited to a 10,000 range", 10_000],
    ["exceed maximum block range: 5000", 5_000],
    ["requested too many blocks from 0 to 16777216, maximum is set to 2048", 2_048],
    ["batch limit 50 exceeded", 50],
    ["query returned more than 10000 results", undefined],
    ["batch too large", undefined],
    ["limit exceeded", undefined],
    ["up to 0", undefined],
  ] as const)
    assert.equal(limitIn(words), number, words);
});
