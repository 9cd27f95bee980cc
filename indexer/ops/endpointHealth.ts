import type { FailureKind } from "../rpc/observer.ts";
import { observing, type RpcObserver } from "../rpc/observer.ts";
import type { Clock } from "./clock.ts";

/** How the endpoints of one chain are doing, for people. Names and messages come without credentials. */

export interface EndpointReport {
  readonly endpoint: string;
  readonly state: "up" | "down" | "wrong-chain" | "not asked yet";
  /** Requests since the start of this process. */
  readonly answered: number;
  readonly failed: number;
  readonly head: number | null;
  readonly lastAnswer: string | null;
  readonly lastFailure: { readonly at: string; readonly kind: FailureKind; readonly message: string } | null;
}

type Draft = { -readonly [key in keyof EndpointReport]: EndpointReport[key] };

export class EndpointHealth {
  readonly #clock: Clock;
  readonly #endpoints = new Map<string, Draft>();

  /** @param names of all endpoints of the chain, so that one that was never asked shows too. */
  constructor(names: readonly string[], clock: Clock) {
    this.#clock = clock;
    for (const name of names) this.#of(name);
  }

  report(): EndpointReport[] {
    return [...this.#endpoints.values()].map((endpoint) => ({ ...endpoint }));
  }

  readonly observer: RpcObserver = observing({
    answered: ({ endpoint }) => {
      const of = this.#of(endpoint);
      of.answered++;
      of.state = "up";
      of.lastAnswer = this.#now();
    },
    failed: ({ endpoint, kind, message }) => {
      const of = this.#of(endpoint);
      of.failed++;
      of.lastFailure = { at: this.#now(), kind, message };
      if (kind === "timeout" || kind === "connection") of.state = "down";
      if (kind === "wrong-chain") of.state = "wrong-chain";
    },
    head: ({ endpoint, number }) => {
      this.#of(endpoint).head = Number(number);
    },
    state: ({ endpoint, state }) => {
      this.#of(endpoint).state = state;
    },
  });

  #of(endpoint: string): Draft {
    const known = this.#endpoints.get(endpoint);
    if (known !== undefined) return known;
    const made: Draft = {
      ...{ endpoint, state: "not asked yet", answered: 0, failed: 0 },
      ...{ head: null, lastAnswer: null, lastFailure: null },
    };
    this.#endpoints.set(endpoint, made);
    return made;
  }

  #now(): string {
    return new Date(this.#clock()).toISOString();
  }
}

/** Tells several observers. */
export function tellAll(...observers: readonly RpcObserver[]): RpcObserver {
  return {
    answered: (event) => observers.forEach((one) => void one.answered(event)),
    failed: (event) => observers.forEach((one) => void one.failed(event)),
    rateLimited: (event) => observers.forEach((one) => void one.rateLimited(event)),
    learned: (event) => observers.forEach((one) => void one.learned(event)),
    head: (event) => observers.forEach((one) => void one.head(event)),
    chosen: (event) => observers.forEach((one) => void one.chosen(event)),
    state: (event) => observers.forEach((one) => void one.state(event)),
    hint: (event) => observers.forEach((one) => void one.hint(event)),
    subscription: (event) => observers.forEach((one) => void one.subscription(event)),
    disagreed: (event) => observers.forEach((one) => void one.disagreed(event)),
  };
}
