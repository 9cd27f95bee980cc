import type { Call } from "./batch.ts";
import { Breaker } from "./breaker.ts";
import { ChainCheck } from "./chainCheck.ts";
import { Coalescer } from "./coalescer.ts";
import { isTooLarge, saysBatchTooLarge, type WrongChainError } from "./errors.ts";
import { Exchange, type Outcome } from "./exchange.ts";
import { HttpTransport } from "./httpTransport.ts";
import { LargestAccepted } from "./learned.ts";
import { Limiter } from "./limiter.ts";
import { type LearnedLimits, observing, type RpcObserver } from "./observer.ts";
import { Pace, UsualPace } from "./pace.ts";
import { Redactor } from "./redactor.ts";
import { Session } from "./session.ts";
import { SocketTransport } from "./socketTransport.ts";
import { REAL_TIME, type Time } from "./time.ts";
import type { Transport } from "./transport.ts";

export interface EndpointOptions {
  readonly chainId: bigint;
  /** Bound for one request, answer included, and for the wait for its turn. */
  readonly timeoutMs: number;
  /** For people, instead of what may be shown of the URL. */
  readonly name?: string | undefined;
  /** Most calls in a batch, where another number than the usual one is known to be right. */
  readonly maxBatch?: number | undefined;
  /** What the plan allows, each call of a batch counted. */
  readonly maxCallsPerSecond?: number | undefined;
  readonly observer?: RpcObserver;
  readonly time?: Time;
  /** Shared by the endpoints of a chain, so that they can be compared. */
  readonly usualPace?: UsualPace;
}

/** Providers cap batches, and a batch's answer is held in memory at once. */
const USUAL_BATCH = 100;
const MAX_CONCURRENCY = 32;

/** One JSON-RPC server, asked no more than it takes, and only after it said that it serves our chain. */
export class Endpoint {
  /** For people: never holds credentials. */
  readonly name: string;
  readonly pace: Pace;
  readonly #breaker: Breaker;
  readonly #observer: RpcObserver;
  readonly #time: Time;
  readonly #transport: Transport;
  readonly #session: Session;
  readonly #limiter: Limiter;
  readonly #check: ChainCheck;
  readonly #coalescer: Coalescer;
  readonly #batch: LargestAccepted;
  readonly #logRange = new LargestAccepted(Number.POSITIVE_INFINITY);
  #head: bigint | undefined;

  constructor(url: string, options: EndpointOptions) {
    const { chainId, timeoutMs, time = REAL_TIME, observer = observing() } = options;
    const redactor = new Redactor(url);
    const hide = (text: string): string => redactor.hide(text);
    const parsed = new URL(url);
    this.name = options.name ?? redactor.shownUrl;
    this.#observer = observer;
    this.#time = time;
    this.pace = new Pace(options.usualPace ?? new UsualPace());
    this.#breaker = new Breaker(time);
    this.#transport = parsed.protocol.startsWith("ws")
      ? new SocketTransport(parsed, { timeoutMs }, hide)
      : new HttpTransport(parsed, { timeoutMs, connections: MAX_CONCURRENCY }, hide);
    this.#batch = new LargestAccepted(options.maxBatch ?? USUAL_BATCH);
    this.#limiter = new Limiter({
      time,
      maxConcurrency: MAX_CONCURRENCY,
      maxCallsPerSecond: options.maxCallsPerSecond,
      maxWaitMs: timeoutMs,
      onLearned: () => this.#tellLearned(),
    });
    this.#check = new ChainCheck(this.name, chainId, time);
    this.#session = new Session({
      ...{ name: this.name, transport: this.#transport, limiter: this.#limiter, check: this.#check },
      exchange: new Exchange(this.name, this.#transport, redactor, timeoutMs),
      ...{ observer, time, timeoutMs },
    });
    this.#coalescer = new Coalescer(
      (calls, signal) => this.#sendBatch(calls, signal),
      () => this.limits.batch,
    );
  }

  /**
   * Outcomes of the calls in their order, sent together with whatever else is asked now.
   * @throws TransportError when there is no answer; WrongChainError when it serves another chain.
   */
  send(calls: readonly Call[], signal?: AbortSignal): Promise<Outcome[]> {
    return this.#coalescer.add(calls, signal);
  }

  get limits(): LearnedLimits {
    const { concurrency, rate } = this.#limiter;
    // More in one batch than a second allows would be refused as a whole.
    const batch = rate === undefined ? this.#batch.max : Math.min(this.#batch.max, Math.max(1, Math.floor(rate)));
    const logRange = Number.isFinite(this.#logRange.max) ? this.#logRange.max : undefined;
    return { concurrency, callsPerSecond: rate, batch, logRange };
  }

  /** Whether a request would be sent at once. */
  get spare(): boolean {
    return this.#limiter.spare;
  }

  /** How long it is until a request may be sent, in milliseconds. */
  get delayMs(): number {
    return this.#limiter.delayMs();
  }

  /** Why it is left out for now: it said that it serves another chain. */
  get wrongChain(): WrongChainError | undefined {
    return this.#check.wrong;
  }

  get state(): Breaker["state"] {
    return this.#breaker.state;
  }

  /** Its newest block, as far as it told. */
  get head(): bigint | undefined {
    return this.#head;
  }

  sawHead(number: bigint): void {
    if (number === this.#head) return;
    this.#head = number;
    this.#observer.head({ endpoint: this.name, number });
  }

  /** An answer of it was used, or could have been. */
  succeeded(shape: string, ms: number): void {
    this.pace.answered(shape, ms, this.#time.now());
    if (this.#breaker.succeeded()) this.#observer.state({ endpoint: this.name, state: "up", why: "it answers again" });
  }

  /** It gave nothing that could be used. */
  failed(why: string): void {
    this.pace.failed();
    if (this.#breaker.failed()) this.#observer.state({ endpoint: this.name, state: "down", why });
  }

  /** A range of so many blocks was too large for it. */
  refusedLogRange(blocks: number, words: string): void {
    if (this.#logRange.refused(blocks, words)) this.#tellLearned();
  }

  /** The next call is sent only after the server has said again that it serves our chain. */
  recheckChain(): void {
    this.#check.forget();
  }

  /** The connection over which it can push, if it can. */
  get socket(): SocketTransport | undefined {
    return this.#transport instanceof SocketTransport ? this.#transport : undefined;
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** One request, or several smaller ones where the server finds it too large. */
  async #sendBatch(calls: readonly Call[], signal: AbortSignal): Promise<Outcome[]> {
    if (calls.length === 1) return this.#session.request(calls, signal);
    let outcomes: Outcome[];
    try {
      outcomes = await this.#session.request(calls, signal);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      this.#refusedBatch(calls.length, (error as Error).message);
      return this.#inSmaller(calls, signal);
    }
    // Some answers are there and others were refused because of them.
    const refused = [...outcomes.keys()].filter((i) => saysBatch(outcomes[i]) !== undefined);
    const [first] = refused;
    if (first === undefined) return outcomes;
    this.#refusedBatch(calls.length, saysBatch(outcomes[first]) ?? "");
    const left = refused.map((i) => calls[i] as Call);
    const again = await this.#inSmaller(left, signal);
    return outcomes.map((outcome, i) => again[refused.indexOf(i)] ?? outcome);
  }

  async #inSmaller(calls: readonly Call[], signal: AbortSignal): Promise<Outcome[]> {
    const size = Math.min(this.limits.batch, Math.max(1, Math.ceil(calls.length / 2)));
    const parts: Promise<Outcome[]>[] = [];
    for (let i = 0; i < calls.length; i += size) parts.push(this.#sendBatch(calls.slice(i, i + size), signal));
    return (await Promise.all(parts)).flat();
  }

  #refusedBatch(calls: number, words: string): void {
    if (this.#batch.refused(calls, words)) this.#tellLearned();
  }

  #tellLearned(): void {
    this.#observer.learned({ endpoint: this.name, limits: this.limits });
  }
}

/** What the server said if it was about the batch and not about the call. */
function saysBatch(outcome: Outcome | undefined): string | undefined {
  if (outcome === undefined || !("error" in outcome)) return undefined;
  return saysBatchTooLarge(outcome.error.message) ? outcome.error.message : undefined;
}
