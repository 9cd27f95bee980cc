import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Hints } from "../../indexer/rpc/hints.ts";
import { FakeTime, turns } from "../support/fakeTime.ts";
import { listening } from "./asking.ts";

/** When the chain is looked at: at its interval whatever happens, and at once when a head is pushed. */

const POLL_MS = 1_000;
const NEVER = new AbortController().signal;
let time: FakeTime;
let hints: Hints;
let told: ReturnType<typeof listening>["told"];
beforeEach(() => {
  time = new FakeTime();
  const { observer, told: heard } = listening();
  told = heard;
  hints = new Hints(observer, time);
});

const hashOf = (number: number): string => `0x${number.toString(16).padStart(64, "0")}`;
const push = (number: number, hash = hashOf(number)): void =>
  hints.take({ endpoint: "a", number: BigInt(number), hash });
const look = (number: number): void => hints.looked(BigInt(number), hashOf(number));
/** Waits for the next look, and tells when it came. */
function waiting(signal = NEVER): { over: boolean } {
  const state = { over: false };
  hints.wait(POLL_MS, signal).then(() => {
    state.over = true;
  });
  return state;
}

test("silence costs nothing but the interval", async () => {
  for (let i = 0; i < 3; i++) {
    const wait = waiting();
    await time.advance(POLL_MS - 1);
    assert.equal(wait.over, false);
    await time.advance(1);
    assert.equal(wait.over, true);
    look(i);
  }
});

test("a pushed head ends the wait, and one that came before it needs none", async () => {
  look(1);
  const wait = waiting();
  await turns();
  push(2);
  await turns();
  assert.equal(wait.over, true);
  assert.equal(hints.pending?.hash, hashOf(2));
  look(2);
  assert.equal(hints.pending, undefined);
  push(3);
  const next = waiting();
  await turns();
  assert.equal(next.over, true);
});

test("a head that was seen, or is pushed by another as well, is nothing new", async () => {
  look(4);
  push(4);
  push(5);
  push(5);
  assert.deepEqual(
    told.hint.map(({ outcome }) => outcome),
    ["known", "woke", "known"],
  );
});

test("a node that does not have yet what it pushed is looked at a few times more, then at the interval", async () => {
  look(1);
  push(2);
  const waits: number[] = [];
  for (let i = 0; i < 5; i++) {
    const wait = waiting();
    const begun = time.now();
    await turns();
    while (!wait.over) await time.advance(1);
    waits.push(time.now() - begun);
    look(1);
  }
  assert.deepEqual(waits, [0, 5, 20, 50, POLL_MS]);
});

test("a head that is not the one pushed, but as high or higher, answers the hint", () => {
  for (const found of [7, 8]) {
    push(7, hashOf(100 + found));
    look(found);
    assert.equal(hints.pending, undefined);
  }
});

test("a flood of heads, real or made up, wakes no more than its allowance", async () => {
  let looks = 0;
  const stop = new AbortController();
  const looking = (async () => {
    while (!stop.signal.aborted) {
      await hints.wait(POLL_MS, stop.signal);
      looks++;
      look(0);
    }
  })();
  for (let ms = 0; ms < 1_000; ms++) {
    for (let i = 0; i < 20; i++) push(1, hashOf(1 + ms * 20 + i));
    await time.advance(1);
  }
  stop.abort();
  await looking;
  assert.ok(looks <= 300, `${looks} looks for 20,000 heads in a second`);
  assert.ok(told.hint.filter(({ outcome }) => outcome === "too-often").length > 19_000);
});

test("stopping ends the wait", async () => {
  const stop = new AbortController();
  const wait = waiting(stop.signal);
  stop.abort();
  await turns();
  assert.equal(wait.over, true);
  await hints.wait(POLL_MS, stop.signal);
});
