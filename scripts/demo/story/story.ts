import { randomInt } from "node:crypto";
import { explain } from "../../../indexer/ops/errors.ts";
import { expireAndGrantAgain, grantOnSecondChain, type Opening, release, reorganize, revoke } from "./acts.ts";
import { Everyday } from "./everyday.ts";
import { pause, type Telling } from "./telling.ts";

/**
 * The story after its opening, until it is stopped: two chains, three holders, two institutions, everything that can
 * happen to a grant, and one reorg. Slow enough to watch, done with its main acts within two minutes.
 */
export async function tellStory(telling: Telling, opening: Opening): Promise<void> {
  const acts = [
    () => grantOnSecondChain(telling, opening),
    () => reorganize(telling),
    () => revoke(telling, opening),
    () => expireAndGrantAgain(telling),
    () => release(telling, opening),
  ];
  await pause(telling, 10);
  for (const act of acts) {
    await perform(telling, act);
    await pause(telling, 10);
  }
  const everyday = new Everyday();
  for (;;) {
    await perform(telling, () => everyday.act(telling));
    await pause(telling, randomInt(10, 20));
  }
}

/** An act that fails, for example because somebody played with the chain, must not end the demonstration. */
async function perform(telling: Telling, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (telling.stop.aborted) throw error;
    const [chain] = telling.chains;
    telling.tell(chain, `a step of the story did not work: ${explain(error).slice(0, 200)}`);
  }
}
