import { randomInt } from "node:crypto";
import { PURPOSES, purposeWords } from "../../../indexer/grants/codes.ts";
import type { DemoChain } from "../chains.ts";
import { BY_LAW } from "./acts.ts";
import { grantCall, releaseCall, revokeCall, type Subject, send } from "./calls.ts";
import { issueCredential } from "./cast.ts";
import type { Telling } from "./telling.ts";

/** A grant of the background activity that is still active. */
interface Running {
  readonly chain: DemoChain;
  readonly subject: Subject;
}

/** So that grants come and go in balance, and the process holds no more of them than this. */
const RUNNING_AT_MOST = 12;

/** The slow activity after the story: one act of somebody at a time, each made up on the spot. */
export class Everyday {
  readonly #running: Running[] = [];

  async act(telling: Telling): Promise<void> {
    const end = this.#running.length > randomInt(1, RUNNING_AT_MOST);
    if (end) await this.#end(telling);
    else await this.#grant(telling);
  }

  async #grant({ cast, chains, tell }: Telling): Promise<void> {
    const chain = anyOf(chains);
    const holder = anyOf(cast.holders);
    const grantee = anyOf(cast.institutions);
    // Every purpose but 0, which is none.
    const purpose = anyOf([...PURPOSES.keys()].slice(1));
    const subject = { credential: issueCredential(cast.issuer, holder), grantee, purpose };
    await send(chain, grantCall(subject, BY_LAW));
    this.#running.push({ chain, subject });
    tell(chain, `${holder.name} lets ${grantee.name} read a credential for ${purposeWords(purpose)}`);
  }

  async #end({ tell }: Telling): Promise<void> {
    const [running] = this.#running.splice(randomInt(this.#running.length), 1);
    if (running === undefined) return;
    const { chain, subject } = running;
    const { credential, grantee, purpose } = subject;
    const what = `for ${purposeWords(purpose)}`;
    const byHolder = randomInt(3) > 0;
    await send(chain, byHolder ? revokeCall(subject, randomInt(8)) : releaseCall(subject, randomInt(8)));
    if (byHolder) tell(chain, `${credential.holder.name} revokes what ${grantee.name} could read ${what}`);
    else tell(chain, `${grantee.name} gives up what ${credential.holder.name} granted ${what}`);
  }
}

function anyOf<T>(list: readonly T[]): T {
  const one = list[randomInt(list.length)];
  if (one === undefined) throw new RangeError("nothing to choose from");
  return one;
}
