import { setTimeout as sleep } from "node:timers/promises";
import type { DemoChain } from "../chains.ts";
import type { Cast } from "./cast.ts";

/** What the story needs from the world. */
export interface Telling {
  readonly cast: Cast;
  readonly chains: readonly [a: DemoChain, b: DemoChain];
  /** Tells the watcher what happened, on which chain. */
  tell(chain: DemoChain, sentence: string): void;
  /** Resolves when the ledger holds that block of that chain. */
  untilIndexed(chain: DemoChain, block: number): Promise<void>;
  readonly stop: AbortSignal;
}

/** Rejects when the story is stopped, which ends it wherever it is. */
export function pause(telling: Telling, seconds: number): Promise<void> {
  return sleep(seconds * 1000, undefined, { signal: telling.stop });
}
