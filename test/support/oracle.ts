import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { fold } from "./fold.ts";
import type { EventRow, Ledger } from "./ledger.ts";
import type { ChainTruth } from "./truth.ts";

/** Whether a ledger is what it ought to be, by the chain as its node shows it and the rows folded from its events. */

/**
 * The ledger is right up to its own cursor: its cursor and window are blocks of this chain, its live events are exactly
 * those of the chain up to there, each checked as far as the whole chain is, and its grants are what follows from them. Holds at every moment, not only at rest.
 */
export function assertPrefix(ledger: Ledger, truth: ChainTruth, firstBlock: bigint): void {
  assertTrail(ledger);
  const { chain } = ledger;
  const indexed = chain?.indexed_number ?? null;
  if (chain === undefined || indexed === null) {
    const rows = [ledger.events, ledger.grants, ledger.credentials, ledger.entities, ledger.blocks];
    assert.deepEqual(rows.flat(), [], "rows without a cursor");
    return;
  }
  const at = truth.blocks[Number(indexed)];
  assert.ok(at, `the cursor ${indexed} is beyond the chain's head`);
  assert.deepEqual(
    { hash: chain.indexed_hash, time: chain.indexed_time },
    { hash: at.hash, time: at.time },
    `the cursor's block ${indexed}`,
  );
  assert.deepEqual(ledger.blocks, truth.blocks.slice(Number(ledger.blocks[0]?.number ?? 0n), Number(indexed) + 1));
  const live = ledger.events.filter((event) => event.retracted_at === null);
  const expected = truth.events.filter((e) => e.block_number >= firstBlock && e.block_number <= indexed);
  assertRows(
    "live events, in the order of seq, are those of the chain up to the cursor, in its order",
    live.map(
      ({ seq: _seq, learned_at: _learned, retracted_at: _retracted, verified_at: _verified, ...event }) => event,
    ),
    expected.map(({ said: _said, ...event }, i) => ({ ...event, verification: verificationOf(chain, live[i]) })),
  );
  const known = expected.map((event, i) => ({ ...event, seq: live[i]?.seq ?? -1n }));
  const derived = fold(truth.chainId, known);
  assertRows("grants are the fold of the live events", ledger.grants, derived.grants);
  assertRows("credentials are the fold of the live events", ledger.credentials, derived.credentials);
  assertRows("entities are the fold of the live events", ledger.entities, derived.entities);
}

/** In ranges only what was final is read; what came after is linked. */
const verificationOf = (chain: { readonly verification: string }, event: EventRow | undefined): string =>
  chain.verification === "RANGED" && event?.verification === "LINKED" ? "LINKED" : chain.verification;

/** The ledger holds all of this chain, and is at rest at its head. */
export function assertEquals(ledger: Ledger, truth: ChainTruth, firstBlock: bigint): void {
  assertPrefix(ledger, truth, firstBlock);
  const head = truth.blocks.at(-1);
  const { chain } = ledger;
  assert.deepEqual(
    {
      status: chain?.status,
      quarantine: chain?.quarantine,
      indexed: chain?.indexed_number,
      head: chain?.head_number,
      headTime: chain?.head_time,
    },
    { status: "LIVE", quarantine: null, indexed: head?.number, head: head?.number, headTime: head?.time },
  );
}

/** The same, and what the ledger calls safe and final is what the node calls so. */
export function assertFinality(ledger: Ledger, truth: ChainTruth): void {
  const { chain, blocks } = ledger;
  assert.deepEqual(
    { safe: chain?.safe_number, finalized: chain?.finalized_number, window: blocks[0]?.number },
    { safe: truth.safe, finalized: truth.finalized, window: truth.finalized },
    "safe, finalized, and the first block that a reorg is found against",
  );
}

/** What holds for a trail whatever the chain did. */
export function assertTrail({ chain, events, blocks, reorgs }: Ledger): void {
  assert.deepEqual(
    events.map((event) => event.seq),
    events.map((_, i) => BigInt(i + 1)),
    "seq counts without gaps",
  );
  assert.equal(chain?.last_seq ?? 0n, BigInt(events.length), "last_seq is the newest event's");
  for (const [i, event] of events.entries()) {
    assert.ok(event.learned_at >= (events[i - 1]?.learned_at ?? ""), `event ${event.seq} was learned before the last`);
    assert.ok(event.learned_at <= (chain?.known_at ?? ""), `event ${event.seq} was learned after the newest write`);
    if (event.retracted_at === null) continue;
    assert.ok(event.retracted_at > event.learned_at, `event ${event.seq} was unlearned before it was learned`);
    const reorg = reorgs.find(({ detected_at }) => detected_at === event.retracted_at);
    assert.ok(reorg, `event ${event.seq} was retracted by no reorg`);
    assert.ok(event.block_number > reorg.ancestor_number && event.block_number <= reorg.from_number);
  }
  for (const reorg of reorgs)
    assert.equal(
      events.filter(({ retracted_at }) => retracted_at === reorg.detected_at).length,
      reorg.retracted_events,
      "a reorg counts what it retracted",
    );
  for (const [i, block] of blocks.entries()) {
    const parent = blocks[i - 1];
    if (parent) assert.deepEqual([block.number, block.parent_hash], [parent.number + 1n, parent.hash], "linked window");
  }
  assert.equal(blocks.at(-1)?.number ?? null, chain?.indexed_number ?? null, "the window ends at the cursor");
}

/** The same rows; where they are not, only the first that differs is shown. */
function assertRows<T extends object>(what: string, found: readonly T[], expected: readonly T[]): void {
  const differs = expected.findIndex((row, i) => !isDeepStrictEqual(found[i], row));
  const at = differs < 0 && found.length > expected.length ? expected.length : differs;
  if (at < 0) return;
  assert.deepEqual(found[at], expected[at], `${what}: row ${at} of ${found.length}, expected ${expected.length}`);
}
