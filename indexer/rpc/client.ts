import { OperatorError, RetryableError } from "../ops/errors.ts";
import type { Call } from "./batch.ts";
import { type Candidate, inOrder, mayKnow, type Question } from "./choice.ts";
import type { Endpoint } from "./endpoint.ts";
import {
  BadAnswerError,
  failureKind,
  isRateLimited,
  isTooLarge,
  isUnsupported,
  RpcError,
  TransportError,
} from "./errors.ts";
import { methodsOf, type Outcome, resultOf } from "./exchange.ts";
import { type ChoiceReason, observing, type RpcObserver } from "./observer.ts";
import { shapeOf } from "./pace.ts";
import { type Failure, race } from "./race.ts";
import { REAL_TIME, type Time } from "./time.ts";

export interface ClientOptions {
  readonly observer?: RpcObserver;
  readonly time?: Time;
}

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  /** Name of the endpoint to stay with unless another one does clearly better. */
  readonly prefer?: string | undefined;
  /** A block that the question is about: who is known to be behind it is asked last. */
  readonly block?: bigint | undefined;
}

/** Who gave an answer. */
export interface Source {
  readonly name: string;
  /** The answer tells its newest block. */
  sawHead(number: bigint): void;
}

/** Turns outcomes into what was asked for. A RetryableError means that this answer is bad, and that another may be good. */
export type Accept<T> = (outcomes: readonly Outcome[], source: Source) => T | Promise<T>;

/** How long an endpoint whose answers did not fit together comes after the others. */
const DOUBT_MS = 30_000;
/** How often another endpoint is asked along, so that it is known how it is doing. */
const SAMPLE_MS = 30_000;
/** The same for one that was dead. */
const REVIVAL_MS = 1_000;
/** Before it is known how long an answer usually takes. */
const FIRST_HEDGE_MS = 2_000;
const EARLIEST_HEDGE_MS = 10;
const LATEST_HEDGE_MS = 5_000;
/** A question that everybody refused for being asked too often is asked again so many times, within a bound. */
const ROUNDS = 4;
const LONGEST_WAIT_MS = 10_000;

/** The endpoints of one chain as one that is asked for good answers. */
export class RpcClient {
  readonly #endpoints: readonly Endpoint[];
  readonly #observer: RpcObserver;
  readonly #time: Time;
  readonly #doubtedAt = new Map<Endpoint, number>();
  readonly #sampledAt = new Map<string, number>();
  /** Who answered last. */
  #newest: Endpoint | undefined;

  constructor(endpoints: readonly Endpoint[], options: ClientOptions = {}) {
    this.#endpoints = endpoints;
    this.#observer = options.observer ?? observing();
    this.#time = options.time ?? REAL_TIME;
  }

  get endpoints(): readonly Endpoint[] {
    return this.#endpoints;
  }

  /**
   * Asks until an answer is accepted, each endpoint at most once in a round, the best first.
   * @throws the failure that says most about what to do: too large a question, one that may pass, one that needs a person.
   */
  async ask<T>(calls: readonly Call[], accept: Accept<T>, options: AskOptions = {}): Promise<T> {
    const { signal } = options;
    for (let round = 1; ; round++) {
      const result = await this.#round(calls, accept, options);
      if (result.won) return result.value;
      const { failures } = result;
      const wait = Math.min(...this.#endpoints.map((endpoint) => endpoint.delayMs));
      const limited = failures.some(({ error }) => isRateLimited(error));
      if (!limited || round === ROUNDS || wait > LONGEST_WAIT_MS) throw this.#worst(failures);
      await this.#time.sleep(wait, signal);
      signal?.throwIfAborted();
    }
  }

  /** Outcomes of the calls, all of one endpoint; an error that a server answered with is an outcome. */
  send(calls: readonly Call[], signal?: AbortSignal): Promise<Outcome[]> {
    return this.ask(calls, (outcomes) => [...outcomes], { signal });
  }

  /** Result of one call. @throws RpcError when every server answers with an error. */
  call(method: string, params: readonly unknown[], signal?: AbortSignal): Promise<unknown> {
    return this.ask([{ method, params }], ([outcome]) => resultOf(outcome as Outcome), { signal });
  }

  /**
   * Asks several endpoints the same, side by side: each that is not known to be of another chain, or those of `among`.
   * What fails is left out.
   */
  async askEach<T>(
    calls: readonly Call[],
    accept: Accept<T>,
    options: AskOptions & { readonly among?: (name: string) => boolean } = {},
  ): Promise<{ source: Source; value: T }[]> {
    const { signal, among = () => true } = options;
    const asked = this.#inOrder({}).filter(({ name }) => among(name));
    const answers = await Promise.allSettled(
      asked.map((endpoint) => this.#attempt(endpoint, calls, accept, "opinion", signal)),
    );
    signal?.throwIfAborted();
    return answers.flatMap((answer, i) => {
      const source = asked[i] as Endpoint;
      if (answer.status === "fulfilled") return [{ source, value: answer.value }];
      if (!isOnesOwn(answer.reason)) throw answer.reason;
      this.#tellFailed(source, calls, answer.reason, "going on without it");
      return [];
    });
  }

  /** What was answered does not fit together: others are asked first for a while, and each for its chain again. */
  doubt(name: string | undefined = this.#newest?.name): void {
    for (const endpoint of this.#endpoints) if (endpoint.name === name) this.#doubtedAt.set(endpoint, this.#time.now());
    this.recheckChain();
  }

  /** Has every endpoint say again which chain it serves before it is asked for anything else. */
  recheckChain(): void {
    for (const endpoint of this.#endpoints) endpoint.recheckChain();
  }

  async close(): Promise<void> {
    await Promise.all(this.#endpoints.map((endpoint) => endpoint.close()));
  }

  async #round<T>(calls: readonly Call[], accept: Accept<T>, { signal, prefer, block }: AskOptions) {
    const question = { prefer: prefer ?? this.#newest?.name, block, range: rangeOf(calls) };
    const order = this.#inOrder(question);
    const [best] = order;
    // Each is of another chain.
    if (best === undefined) throw this.#endpoints[0]?.wrongChain ?? new OperatorError("the chain has no endpoint");
    const shape = shapeOf(calls);
    const begun = this.#time.now();
    return race<Endpoint, T>({
      order,
      alongside: this.#sample(order, shape, question),
      ask: (endpoint, why) => this.#attempt(endpoint, calls, accept, why, signal),
      hedgeAfterMs: order.length > 1 ? hedgeAfter(best.pace.p95(shape)) : undefined,
      hasSpare: (endpoint) => endpoint.spare && endpoint.state === "closed" && knows(endpoint, question),
      onFailed: (endpoint, error, next) =>
        this.#tellFailed(
          endpoint,
          calls,
          error,
          next === undefined ? "nobody else is left to ask" : `asking ${next.name}`,
        ),
      onFailedLate: (endpoint, error) => this.#tellFailed(endpoint, calls, error, "another one has answered"),
      onOutrun: (endpoint) => endpoint.pace.outrun(shape, this.#time.now() - begun),
      time: this.#time,
    });
  }

  #inOrder(question: Question): Endpoint[] {
    const since = this.#time.now() - DOUBT_MS;
    const doubtedAt = (endpoint: Endpoint): number | undefined => {
      const at = this.#doubtedAt.get(endpoint);
      return at !== undefined && at > since ? at : undefined;
    };
    const candidates = this.#endpoints.map((endpoint): Candidate & { endpoint: Endpoint } => ({
      endpoint,
      name: endpoint.name,
      state: endpoint.state,
      spare: endpoint.spare,
      delayMs: endpoint.delayMs,
      wrongChain: endpoint.wrongChain,
      head: endpoint.head,
      score: endpoint.pace.score,
      doubtedAt: doubtedAt(endpoint),
      logRange: endpoint.limits.logRange,
    }));
    return inOrder(candidates, question).map(({ endpoint }) => endpoint);
  }

  /** Another endpoint of which it is not known how it does with such questions now, if there is one that could be asked. */
  #sample(order: readonly Endpoint[], shape: string, question: Question): Endpoint | undefined {
    const now = this.#time.now();
    const key = ({ name }: Endpoint): string => `${name} ${shape}`;
    const unknown = order.slice(1).find((endpoint) => {
      if (endpoint.state === "open" || !endpoint.spare || !knows(endpoint, question)) return false;
      const asked = this.#sampledAt.get(key(endpoint)) ?? Number.NEGATIVE_INFINITY;
      if (endpoint.state === "half-open") return now - asked >= REVIVAL_MS;
      return now - Math.max(asked, endpoint.pace.lastAnswered(shape) ?? asked) >= SAMPLE_MS;
    });
    if (unknown !== undefined) this.#sampledAt.set(key(unknown), now);
    return unknown;
  }

  async #attempt<T>(
    endpoint: Endpoint,
    calls: readonly Call[],
    accept: Accept<T>,
    why: ChoiceReason,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const shape = shapeOf(calls);
    const begun = this.#time.now();
    this.#observer.chosen({ endpoint: endpoint.name, method: methodsOf(calls), why });
    try {
      const outcomes = await endpoint.send(calls, signal);
      const ms = this.#time.now() - begun;
      const value = await accept(outcomes, endpoint);
      endpoint.succeeded(shape, ms);
      if (why !== "opinion") this.#newest = endpoint;
      return value;
    } catch (error) {
      signal?.throwIfAborted();
      const named = attributed(error, `${endpoint.name} ${methodsOf(calls)}`);
      this.#judge(endpoint, calls, named);
      throw named;
    }
  }

  /** What a failure says about the endpoint. */
  #judge(endpoint: Endpoint, calls: readonly Call[], error: unknown): void {
    const range = rangeOf(calls);
    if (isRateLimited(error) || isUnsupported(error)) return;
    if (isTooLarge(error)) {
      if (range !== undefined) endpoint.refusedLogRange(range, (error as Error).message);
      return;
    }
    if (error instanceof RetryableError) endpoint.failed(error.message);
  }

  #tellFailed(endpoint: Endpoint, calls: readonly Call[], error: Error, next: string): void {
    const method = methodsOf(calls);
    this.#observer.failed({ endpoint: endpoint.name, method, kind: failureKind(error), message: error.message, next });
  }

  #worst(failures: readonly Failure<Endpoint>[]): Error {
    const errors = failures.map(({ error }) => error);
    const passing = errors.filter((error) => error instanceof RetryableError);
    return (
      passing.find(isTooLarge) ??
      passing.find((error) => !isUnsupported(error)) ??
      passing[0] ??
      errors[0] ??
      new RetryableError("no endpoint could be asked")
    );
  }
}

const knows = ({ head, limits }: Endpoint, question: Question): boolean =>
  mayKnow({ head, logRange: limits.logRange }, question);

/** The same error, with the name of who is to blame for it. */
function attributed(error: unknown, asked: string): unknown {
  const says = error instanceof TransportError || error instanceof RpcError;
  return error instanceof RetryableError && !says ? new BadAnswerError(asked, error) : error;
}

function isOnesOwn(error: unknown): error is Error {
  return error instanceof RetryableError || error instanceof OperatorError;
}

const hedgeAfter = (p95: number | undefined): number =>
  p95 === undefined ? FIRST_HEDGE_MS : Math.min(LATEST_HEDGE_MS, Math.max(EARLIEST_HEDGE_MS, p95));

/** Blocks in the range of an `eth_getLogs` among the calls. */
function rangeOf(calls: readonly Call[]): number | undefined {
  for (const { method, params } of calls) {
    const filter = params[0] as { fromBlock?: string; toBlock?: string } | null | undefined;
    if (method !== "eth_getLogs" || filter?.fromBlock === undefined || filter.toBlock === undefined) continue;
    const blocks = Number(filter.toBlock) - Number(filter.fromBlock) + 1;
    if (blocks > 0) return blocks;
  }
  return undefined;
}
