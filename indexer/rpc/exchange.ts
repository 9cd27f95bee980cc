import { explain } from "../ops/errors.ts";
import { type Call, isHeavy, readAnswers, requestText, type Said } from "./batch.ts";
import { RpcError, TransportError } from "./errors.ts";
import type { Redactor } from "./redactor.ts";
import { type Transport, TransportFailure } from "./transport.ts";

/** A call's result, or the error object that came instead of it. */
export type Outcome = { readonly result: unknown } | { readonly error: RpcError };

export function resultOf(outcome: Outcome): unknown {
  if ("error" in outcome) throw outcome.error;
  return outcome.result;
}

/** The methods of a request, each once, for people and for metrics. */
export const methodsOf = (calls: readonly Call[]): string => [...new Set(calls.map(({ method }) => method))].join(", ");

/** Longer words of a server say no more. */
const SAID_LENGTH = 300;

/** One request and its answer, with whatever can go wrong in between said in our words, credentials hidden. */
export class Exchange {
  readonly #name: string;
  readonly #transport: Transport;
  readonly #redactor: Redactor;
  readonly #timeoutMs: number;
  #nextId = 1;

  constructor(name: string, transport: Transport, redactor: Redactor, timeoutMs: number) {
    this.#name = name;
    this.#transport = transport;
    this.#redactor = redactor;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Outcomes of the calls, sent as one request, in the same order.
   * @throws TransportError when there is no answer, or none to these calls.
   */
  async send(calls: readonly Call[], signal: AbortSignal): Promise<Outcome[]> {
    const firstId = this.#nextId;
    this.#nextId += calls.length;
    const body = await this.#ask(calls, firstId, signal);
    const answer = readAnswers(body, firstId, calls.length);
    if (answer.type === "malformed") throw this.failure(calls, answer.why, { kind: "malformed" });
    if (answer.type === "answers") return calls.map(({ method }, i) => this.#outcome(method, answer.answers[i] ?? {}));
    return calls.map(({ method }) => this.#outcome(method, { error: answer.error }));
  }

  failure(
    calls: readonly Call[],
    why: string,
    details: ConstructorParameters<typeof TransportError>[1],
  ): TransportError {
    return new TransportError(`${this.#name} ${methodsOf(calls)}: ${this.#redactor.hide(why)}`, details);
  }

  async #ask(calls: readonly Call[], firstId: number, signal: AbortSignal): Promise<unknown> {
    const bound = AbortSignal.timeout(this.#timeoutMs);
    const both = AbortSignal.any([signal, bound]);
    try {
      const text = requestText(calls, firstId);
      const heavy = calls.findIndex(isHeavy);
      const longOf = heavy < 0 ? undefined : firstId + heavy;
      return await this.#transport.exchange({ text, firstId, calls: calls.length, longOf, signal: both });
    } catch (error) {
      signal.throwIfAborted();
      if (bound.aborted)
        throw this.failure(calls, `no answer within ${this.#timeoutMs} ms`, { kind: "timeout", cause: error });
      if (!(error instanceof TransportFailure)) throw this.failure(calls, explain(error), { cause: error });
      const { kind, retryAfterMs, message, cause } = error;
      throw this.failure(calls, message, { kind, retryAfterMs, cause });
    }
  }

  #outcome(method: string, said: Said): Outcome {
    if (said.error === undefined || said.error === null) return { result: said.result };
    const { code, message } = said.error as { code?: unknown; message?: unknown };
    const words = typeof message === "string" ? message : JSON.stringify(said.error);
    const shown = this.#redactor.hide(words).slice(0, SAID_LENGTH);
    return { error: new RpcError(`${this.#name} ${method}: ${shown}`, typeof code === "number" ? code : 0) };
  }
}
