import type { Disbelief } from "./disbelief.ts";

/** What is written to the ledger in one transaction. */
export const WRITE_STEPS = ["append", "confirm", "rollback", "quarantine"] as const;
export type WriteStep = (typeof WRITE_STEPS)[number];

/** What a chain's runner tells whoever counts. Called in its way, so it must be quick, and must not throw. */
export interface ChainObserver {
  /** A transaction was committed. */
  wrote(step: WriteStep, seconds: number): void;
  /** Blocks were added. */
  added(blocks: number, events: number): void;
  /** The node's chain left ours: so many of our blocks were dropped. */
  reorganised(depth: number): void;
  retracted(events: number): void;
  /** An answer of a node was not believed. */
  disbelieved(why: Disbelief): void;
}

export const UNOBSERVED: ChainObserver = {
  wrote() {},
  added() {},
  reorganised() {},
  retracted() {},
  disbelieved() {},
};
