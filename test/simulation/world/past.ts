import assert from "node:assert/strict";
import type { EventRow, Ledger } from "../../support/ledger.ts";
import type { FakeChain } from "../chain/chain.ts";
import type { Mode } from "../faults/fault.ts";
import { eventsOf, identityOf } from "./expected.ts";

/** What a ledger held when it was last looked at at rest, by `seq`. */
export type Recorded = ReadonlyMap<bigint, EventRow>;

/**
 * Nothing is erased and nothing is made up: every row is a word of a block that there was, dropped ones included; what was
 * there before is there still, byte for byte, and at most retracted since; what is retracted was of a block that was dropped,
 * and is no longer of the chain or was learned once more.
 * @param mode how each word was checked. @param hides whether the node kept words back: then the blocks since are read again once that shows.
 * @returns what is there now.
 */
export function assertPast(
  { events }: Ledger,
  chain: FakeChain,
  before: Recorded,
  { mode, hides }: { readonly mode: Mode; readonly hides: boolean },
): Recorded {
  const live = new Set(events.filter(({ retracted_at }) => retracted_at === null).map(identityOf));
  assert.equal(live.size, events.filter(({ retracted_at }) => retracted_at === null).length, "a word is there twice");
  for (const event of events) {
    const block = chain.block(event.block_hash);
    assert.ok(block, `event ${event.seq} is of block ${event.block_hash}, which never was`);
    const { seq: _seq, learned_at: _learned, retracted_at, verified_at, ...row } = event;
    const word = eventsOf(block).find((one) => identityOf(one) === identityOf(event));
    assert.ok(word, `event ${event.seq} was never said`);
    const { said: _said, ...expected } = word;
    // Read in ranges is only what was final; what came after was linked.
    const verification = mode === "RANGED" && row.verification === "LINKED" ? "LINKED" : mode;
    assert.deepEqual(row, { ...expected, verification }, `event ${event.seq}`);
    assert.ok(verification !== "RANGED" || block.number <= chain.finalized, `event ${event.seq} was not final`);
    assert.equal(verified_at, null, `event ${event.seq} was never raised`);
    if (retracted_at === null) continue;
    assert.ok(chain.wasDropped(block) || hides, `event ${event.seq} was retracted, though its block was never dropped`);
    assert.ok(!chain.isCanonical(block) || live.has(identityOf(event)), `event ${event.seq} stands, but was retracted`);
  }
  const now = new Map(events.map((event) => [event.seq, event]));
  for (const [seq, was] of before) {
    const is = now.get(seq);
    const expected = was.retracted_at === null ? { ...was, retracted_at: is?.retracted_at ?? null } : was;
    assert.deepEqual(is, expected, `event ${seq} is not what it was`);
  }
  return now;
}
