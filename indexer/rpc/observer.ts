/**
 * What happens between us and a chain's endpoints, told as it happens: for metrics and logs. One observer is of one chain.
 * Endpoint names hold no credentials, and neither do messages. Callbacks must return at once and must not throw.
 */

/** Why a request gave nothing to use. */
export type FailureKind =
  /** No answer within the bound. */
  | "timeout"
  /** No connection, or one that broke. */
  | "connection"
  /** An HTTP status that is no answer. */
  | "http"
  /** Not JSON-RPC, or not the answers to what was asked. */
  | "malformed"
  /** Asked too often: HTTP 429, or an error that says so. */
  | "rate-limited"
  /** A range, a batch or an answer that is too large for it. */
  | "too-large"
  /** The method is not served. */
  | "unsupported"
  /** Any other JSON-RPC error. */
  | "refused"
  /** A whole answer that did not stand up to being checked: a missing block, a hash that does not fit. */
  | "rejected"
  /** It serves another chain. */
  | "wrong-chain";

/** Why an endpoint was asked. */
export type ChoiceReason =
  /** It is doing best. */
  | "best"
  /** The one before it failed. */
  | "failover"
  /** The one before it is taking longer than it usually does. */
  | "hedge"
  /** Beside the best one, to know how it is doing. */
  | "sample"
  /** Another word on the same thing: a head, finality, a suspected reorg. */
  | "opinion";

/** What an endpoint has taught us about itself so far. */
export interface LearnedLimits {
  /** Requests at once. */
  readonly concurrency: number;
  /** Calls per second, each call of a batch counted; undefined while nothing limits them. */
  readonly callsPerSecond: number | undefined;
  /** Calls in one batch. */
  readonly batch: number;
  /** Blocks in one `eth_getLogs`; undefined while it refused none. */
  readonly logRange: number | undefined;
}

export type EndpointState =
  | "up"
  /** It failed again and again; asked only now and then, or when there is no other. */
  | "down"
  /** Left out: it serves another chain. */
  | "wrong-chain";

export interface RpcObserver {
  /** A request was answered, whatever with. `calls` is the size of the batch, `method` the methods in it. */
  answered(event: { endpoint: string; method: string; calls: number; ms: number }): void;
  /** Something failed; `next` says what happens now. */
  failed(event: { endpoint: string; method: string; kind: FailureKind; message: string; next: string }): void;
  /** An endpoint said that it is asked too often, and is left alone for so long. */
  rateLimited(event: { endpoint: string; waitMs: number }): void;
  learned(event: { endpoint: string; limits: LearnedLimits }): void;
  /** An endpoint's newest block. */
  head(event: { endpoint: string; number: bigint }): void;
  chosen(event: { endpoint: string; method: string; why: ChoiceReason }): void;
  state(event: { endpoint: string; state: EndpointState; why: string }): void;
  /** A head was pushed over WebSocket. Only `woke` had an effect: the head was asked for at once. */
  hint(event: { endpoint: string; outcome: "woke" | "known" | "too-often" | "malformed" }): void;
  subscription(event: { endpoint: string; state: "on" | "off"; why: string }): void;
  /** Endpoints contradict each other about a block. */
  disagreed(event: { about: string; endpoints: readonly string[] }): void;
}

const nothing = (): void => {};

/** An observer that listens to some of it. */
export function observing(some: Partial<RpcObserver> = {}): RpcObserver {
  return {
    answered: nothing,
    failed: nothing,
    rateLimited: nothing,
    learned: nothing,
    head: nothing,
    chosen: nothing,
    state: nothing,
    hint: nothing,
    subscription: nothing,
    disagreed: nothing,
    ...some,
  };
}
