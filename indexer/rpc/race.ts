import { RetryableError } from "../ops/errors.ts";
import { WrongChainError } from "./errors.ts";
import type { ChoiceReason } from "./observer.ts";
import type { Time } from "./time.ts";

/** Who may answer a question, and how they are asked. */
export interface Race<Who, T> {
  /** The best first. At least one. */
  readonly order: readonly Who[];
  /** Asked along with the first. */
  readonly alongside?: Who | undefined;
  ask(who: Who, why: ChoiceReason): Promise<T>;
  /** When the second is asked though the first has not failed, in milliseconds; undefined: it is not. */
  readonly hedgeAfterMs: number | undefined;
  /** Whether this one can take a hedge now. */
  hasSpare(who: Who): boolean;
  /** Somebody failed in a way that another may not; `next` is who may still answer, if anybody. */
  onFailed(who: Who, error: Error, next: Who | undefined): void;
  /** Somebody failed after another had answered. */
  onFailedLate(who: Who, error: Error): void;
  /** Somebody else answered first. */
  onOutrun(who: Who): void;
  readonly time: Time;
}

export interface Failure<Who> {
  readonly who: Who;
  readonly error: Error;
}

export type RaceResult<Who, T> =
  | { readonly won: true; readonly value: T }
  | { readonly won: false; readonly failures: readonly Failure<Who>[] };

type Settled<Who, T> = { readonly who: Who } & ({ readonly value: T } | { readonly error: unknown });

/**
 * The first good answer. Each is asked at most once: the next one when one failed, or when the first takes long. Errors that
 * neither pass nor are one endpoint's own are thrown at once.
 */
export async function race<Who, T>(options: Race<Who, T>): Promise<RaceResult<Who, T>> {
  const { order, alongside, ask, hedgeAfterMs, hasSpare, onFailed, onFailedLate, onOutrun, time } = options;
  const waiting = order.filter((who) => who !== alongside);
  const underWay = new Map<Who, Promise<Settled<Who, T>>>();
  const failures: Failure<Who>[] = [];
  const over = new AbortController();
  const begin = (who: Who | undefined, why: ChoiceReason): void => {
    if (who === undefined) return;
    const asked = ask(who, why).then(
      (value) => ({ who, value }),
      (error: unknown) => {
        if (over.signal.aborted && mayPass(error)) onFailedLate(who, error);
        return { who, error };
      },
    );
    underWay.set(who, asked);
  };
  begin(waiting.shift(), "best");
  begin(alongside, "sample");
  let hedge: Promise<"hedge"> | undefined;
  if (hedgeAfterMs !== undefined && waiting.length > 0)
    hedge = time.sleep(hedgeAfterMs, over.signal).then(() => "hedge" as const);
  try {
    while (underWay.size > 0) {
      const settled = await Promise.race([...underWay.values(), ...(hedge === undefined ? [] : [hedge])]);
      if (settled === "hedge") {
        hedge = undefined;
        const [next] = waiting;
        if (next !== undefined && hasSpare(next)) begin(waiting.shift(), "hedge");
        continue;
      }
      const { who } = settled;
      underWay.delete(who);
      if ("value" in settled) {
        for (const slower of underWay.keys()) onOutrun(slower);
        return { won: true, value: settled.value };
      }
      const { error } = settled;
      if (!mayPass(error)) throw error;
      failures.push({ who, error });
      // While another one is still at it, the next is not asked as well.
      const next = underWay.size === 0 ? waiting.shift() : undefined;
      onFailed(who, error, next ?? underWay.keys().next().value);
      begin(next, "failover");
    }
    return { won: false, failures };
  } finally {
    over.abort();
  }
}

/** Whether another one may do better: not with a bug of ours, nor with a question that was given up. */
const mayPass = (error: unknown): error is Error => error instanceof RetryableError || error instanceof WrongChainError;
