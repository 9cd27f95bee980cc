import type { Call } from "./batch.ts";
import { CHAIN_ID_CALL, type ChainCheck } from "./chainCheck.ts";
import { isRateLimited, TransportError, WrongChainError } from "./errors.ts";
import { type Exchange, methodsOf, type Outcome } from "./exchange.ts";
import { BusyError, type Limiter, type Permit } from "./limiter.ts";
import type { RpcObserver } from "./observer.ts";
import type { Time } from "./time.ts";
import { type Transport, TransportFailure } from "./transport.ts";

export interface SessionParts {
  readonly name: string;
  readonly transport: Transport;
  readonly exchange: Exchange;
  readonly limiter: Limiter;
  readonly check: ChainCheck;
  readonly observer: RpcObserver;
  readonly time: Time;
  readonly timeoutMs: number;
}

/** Requests to a server that said that it serves our chain, each when its turn has come. */
export class Session {
  readonly #parts: SessionParts;
  #checking: Promise<void> | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** @throws TransportError when there is no answer; WrongChainError when it serves another chain. */
  async request(calls: readonly Call[], signal: AbortSignal): Promise<Outcome[]> {
    await this.#settleChain(signal);
    const { check, transport, exchange } = this.#parts;
    const { session } = transport;
    const along = check.need(session) === "along";
    const outcomes = await this.#exchanged(along ? [...calls, CHAIN_ID_CALL] : calls, signal);
    if (along) this.#takeChain(outcomes.pop(), session);
    if (transport.session === session) return outcomes;
    throw exchange.failure(calls, "the connection was replaced, maybe by one to another chain", {});
  }

  /** Has the server say which chain it serves, where that is not known of this session. */
  async #settleChain(signal: AbortSignal): Promise<void> {
    const { check, transport } = this.#parts;
    const { wrong } = check;
    if (wrong !== undefined) throw wrong;
    // A dropped connection is made again first: what was known was known of the other one.
    await this.#connect(signal);
    if (check.need(transport.session) !== "before") return;
    // One question for all that wait for it, whoever of them gives up.
    this.#checking ??= this.#askChain().finally(() => {
      this.#checking = undefined;
    });
    await this.#checking;
    signal.throwIfAborted();
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { transport, exchange, timeoutMs } = this.#parts;
    try {
      await transport.connect(AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]));
    } catch (error) {
      signal.throwIfAborted();
      const kind = error instanceof TransportFailure ? error.kind : "timeout";
      throw exchange.failure([CHAIN_ID_CALL], (error as Error).message, { cause: error, kind });
    }
  }

  async #askChain(): Promise<void> {
    const { session } = this.#parts.transport;
    const [outcome] = await this.#exchanged([CHAIN_ID_CALL], new AbortController().signal);
    this.#takeChain(outcome, session);
  }

  #takeChain(outcome: Outcome | undefined, session: number): void {
    const { check, observer, name } = this.#parts;
    try {
      check.take(outcome, session);
    } catch (error) {
      if (error instanceof WrongChainError)
        observer.state({ endpoint: name, state: "wrong-chain", why: error.message });
      throw error;
    }
  }

  /** One request when its turn has come. */
  async #exchanged(calls: readonly Call[], signal: AbortSignal): Promise<Outcome[]> {
    const { name, exchange, limiter, check, observer, time } = this.#parts;
    const permit = await this.#turn(calls, signal);
    let how: "answered" | "failed" | "timeout" = "failed";
    const begun = time.now();
    try {
      const outcomes = await exchange.send(calls, signal);
      observer.answered({ endpoint: name, method: methodsOf(calls), calls: calls.length, ms: time.now() - begun });
      if (outcomes.some((outcome) => "error" in outcome && isRateLimited(outcome.error)))
        this.#limited(permit, undefined);
      else how = "answered";
      return outcomes;
    } catch (error) {
      if (error instanceof TransportError) {
        check.unsettle();
        if (error.kind === "timeout") how = "timeout";
        if (error.kind === "rate-limited") this.#limited(permit, error.retryAfterMs);
      }
      throw error;
    } finally {
      limiter.done(permit, how);
    }
  }

  async #turn(calls: readonly Call[], signal: AbortSignal): Promise<Permit> {
    const { limiter, exchange } = this.#parts;
    try {
      return await limiter.acquire(calls.length, signal);
    } catch (error) {
      if (!(error instanceof BusyError)) throw error;
      throw exchange.failure(calls, error.message, { kind: "rate-limited" });
    }
  }

  #limited(permit: Permit, retryAfterMs: number | undefined): void {
    const { name, limiter, observer } = this.#parts;
    observer.rateLimited({ endpoint: name, waitMs: limiter.refused(permit, retryAfterMs) });
  }
}
