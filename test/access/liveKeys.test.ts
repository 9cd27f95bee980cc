import assert from "node:assert/strict";
import { test } from "node:test";
import type pg from "pg";
import { LiveKeys } from "../../indexer/api/access/liveKeys.ts";
import { hashKey, makeKey } from "../../indexer/ledger/keys/keyText.ts";

/** How long a key is believed, by a clock of the test's own. */

const KEY = makeKey();
const row = { id: 7, hash: hashKey(KEY), role: "AUDITOR", account: null };

function setUp() {
  const state = { now: 0, rows: [row] as object[], reads: 0, away: false };
  const pool = {
    query: async () => {
      state.reads += 1;
      if (state.away) throw Object.assign(new Error("gone"), { code: "ECONNREFUSED" });
      return { rows: state.rows };
    },
  } as unknown as pg.Pool;
  return { state, keys: new LiveKeys(pool, () => state.now) };
}

test("one that is known is found without a statement, until what is known is two seconds old", async () => {
  const { state, keys } = setUp();
  for (let i = 0; i < 50; i++) assert.deepEqual(await keys.find(KEY), { keyId: 7, role: "AUDITOR" });
  assert.equal(state.reads, 1);
  state.rows = [];
  state.now = 2_000;
  assert.notEqual(await keys.find(KEY), undefined);
  state.now = 2_001;
  assert.equal(await keys.find(KEY), undefined, "revoked");
});

test("one that was just made is known at once, also where the keys were read a moment before", async () => {
  const { state, keys } = setUp();
  await keys.find(KEY);
  const [made, another] = [makeKey(), makeKey()];
  state.rows = [row, { ...row, id: 8, hash: hashKey(made) }];
  state.now = 1;
  assert.deepEqual(await keys.find(made), { keyId: 8, role: "AUDITOR" });
  // Who looks in vain puts it off, but not for long.
  state.now = 2;
  assert.equal(await keys.find(another), undefined);
  state.rows = [row, { ...row, id: 9, hash: hashKey(another) }];
  state.now = 252;
  assert.deepEqual(await keys.find(another), { keyId: 9, role: "AUDITOR" });
});

test("what was being read when it was made is not the last word", async () => {
  const { state, keys } = setUp();
  const made = makeKey();
  const reading = keys.find(KEY);
  state.rows = [row, { ...row, id: 8, hash: hashKey(made) }];
  state.now = 1;
  const [, found] = await Promise.all([reading, keys.find(made)]);
  assert.deepEqual(found, { keyId: 8, role: "AUDITOR" });
});

test("whoever guesses costs four statements a second at most, whoever sends nonsense none", async () => {
  const { state, keys } = setUp();
  for (let i = 0; i < 1000; i++) {
    state.now += 1;
    assert.equal(await keys.find(makeKey()), undefined);
    assert.equal(await keys.find(`nonsense ${i}`), undefined);
  }
  assert(state.reads <= 5, `${state.reads} statements`);
});

test("asked for at once, it is read once", async () => {
  const { state, keys } = setUp();
  await Promise.all(Array.from({ length: 20 }, () => keys.find(KEY)));
  assert.equal(state.reads, 1);
});

test("while the database is away what was known counts for ten seconds, and then nothing", async () => {
  const { state, keys } = setUp();
  await keys.find(KEY);
  state.away = true;
  state.now = 10_000;
  assert.notEqual(await keys.find(KEY), undefined);
  state.now = 10_001;
  await assert.rejects(keys.find(KEY), { name: "RetryableError" });
  state.away = false;
  assert.notEqual(await keys.find(KEY), undefined);
});
