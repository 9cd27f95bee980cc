import { OperatorError } from "../ops/errors.ts";
import type { Call, Endpoint, Outcome } from "./endpoint.ts";

/** The endpoints of one chain as one: the first that answers is used until it fails or is doubted, then the next. */
export class RpcClient {
  readonly #endpoints: readonly Endpoint[];
  #preferred = 0;

  constructor(endpoints: readonly Endpoint[]) {
    this.#endpoints = endpoints;
  }

  /**
   * Outcomes of the calls, all from the same endpoint, each endpoint tried once.
   * @throws the first endpoint's error that may pass; an OperatorError only when every endpoint needs a person.
   */
  async send(calls: readonly Call[], signal?: AbortSignal): Promise<Outcome[]> {
    let failure: unknown;
    for (let i = 0; i < this.#endpoints.length; i++) {
      const at = (this.#preferred + i) % this.#endpoints.length;
      try {
        const outcomes = await (this.#endpoints[at] as Endpoint).send(calls, signal);
        this.#preferred = at;
        return outcomes;
      } catch (error) {
        signal?.throwIfAborted();
        if (failure === undefined || failure instanceof OperatorError) failure = error;
      }
    }
    throw failure;
  }

  /** Result of one call. @throws RpcError when the server answers with an error. */
  async call(method: string, params: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    const [outcome] = await this.send([{ method, params }], signal);
    return resultOf(outcome as Outcome);
  }

  /** What was answered cannot be used: asks another endpoint first from now on, and each for its chain again. */
  doubt(): void {
    this.#preferred = (this.#preferred + 1) % this.#endpoints.length;
    this.recheckChain();
  }

  /** Has every endpoint say again which chain it serves before it is asked for anything else. */
  recheckChain(): void {
    for (const endpoint of this.#endpoints) endpoint.recheckChain();
  }

  async close(): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
  }
}

export function resultOf(outcome: Outcome): unknown {
  if ("error" in outcome) throw outcome.error;
  return outcome.result;
}
