import type { Random } from "../../support/random.ts";
import type { FakeChain } from "../chain/chain.ts";
import type { Answer, Call } from "../chain/rpc.ts";
import type { HttpAnswer } from "../chain/server.ts";

/** How far an indexer checks what a node says: docs/LEDGER.md. */
export type Mode = "RANGED" | "LINKED" | "VERIFIED";

/** What a node does wrong for as long as it does. */
export interface Fault {
  /** Instead of an answer to the whole request; undefined lets it pass. */
  request?(calls: readonly Call[]): HttpAnswer | undefined;
  /** Instead of the honest answer to one call, which may be altered in place; "lost" leaves it out. */
  call?(call: Call, honest: Answer): Answer | "lost";
  /** Puts the answers of a batch into another order, each under its id. */
  readonly shuffles?: boolean;
  /** The answers of a whole batch, after that. */
  batch?(answers: (Answer | undefined)[]): (Answer | undefined)[];
}

/** Where a fault is to happen. */
export interface Place {
  readonly chain: FakeChain;
  /** A chain of the same contracts, and another one. */
  readonly foreign: FakeChain;
  readonly random: Random;
}

export interface FaultClass {
  /** Rows of the list of faults that were met in the field: docs/SIMULATION.md. */
  readonly rows: readonly number[];
  /** The weakest mode in which nothing wrong gets in. */
  readonly seenThroughBy: Mode;
  /** Most times that it is met before it passes; what takes long is met once. */
  readonly most: number;
  make(place: Place): Fault;
}
