import type { HonestNode } from "../chain/node.ts";
import type { Answer, Call } from "../chain/rpc.ts";
import type { Endpoint, HttpAnswer } from "../chain/server.ts";
import { FAULTS, type FaultName } from "../faults/catalogue.ts";
import type { Fault, Place } from "../faults/fault.ts";

/** An endpoint of a world: an honest node, and for a while a fault in front of it. */
export class WorldEndpoint implements Endpoint {
  readonly #node: HonestNode;
  /** How often each fault altered what was said. */
  readonly met: Map<FaultName, number>;
  #fault: { readonly name: FaultName; readonly fault: Fault; left: number } | undefined;

  constructor(node: HonestNode, met: Map<FaultName, number>) {
    this.#node = node;
    this.met = met;
  }

  /** @param times how often it is met before it passes. */
  begin(name: FaultName, place: Place, times: number): void {
    this.#fault = { name, fault: FAULTS[name].make(place), left: Math.min(times, FAULTS[name].most) };
  }

  heal(): void {
    this.#fault = undefined;
  }

  get shuffles(): boolean {
    return this.#fault?.fault.shuffles === true;
  }

  answer(calls: readonly Call[]): (Answer | undefined)[] | HttpAnswer {
    const { fault } = this.#fault ?? {};
    const instead = fault?.request?.(calls);
    if (instead !== undefined) {
      this.#lied(1);
      return instead;
    }
    const honest = calls.map((call) => this.#node.answer(call));
    if (fault === undefined) return honest;
    const said = calls.map((call, i): Answer | undefined => {
      const answer = fault.call?.(call, structuredClone(honest[i] as Answer)) ?? honest[i];
      return answer === "lost" ? undefined : answer;
    });
    const answers = fault.batch?.(said) ?? said;
    this.#lied(answers.filter((answer, i) => JSON.stringify(answer) !== JSON.stringify(honest[i])).length);
    if (fault.shuffles === true && calls.length > 1) this.#lied(1);
    return answers;
  }

  #lied(times: number): void {
    const current = this.#fault;
    if (current === undefined || times === 0) return;
    this.met.set(current.name, (this.met.get(current.name) ?? 0) + times);
    current.left -= 1;
    if (current.left <= 0) this.#fault = undefined;
  }
}
