import { type Call, isHeavy } from "./batch.ts";
import type { Outcome } from "./exchange.ts";

/** Sends some calls as one request. */
export type SendBatch = (calls: readonly Call[], signal: AbortSignal) => Promise<Outcome[]>;

interface Group {
  readonly calls: readonly Call[];
  readonly outcomes: (Outcome | undefined)[];
  missing: number;
  /** Settled, or nobody waits for it any more. */
  over: boolean;
  resolve(outcomes: Outcome[]): void;
  reject(error: unknown): void;
  /** Batches that carry a part of it: ended once nobody waits for any of their parts. */
  readonly batches: Set<Batch>;
}

interface Place {
  readonly group: Group;
  readonly at: number;
}

interface Batch {
  readonly places: Place[];
  readonly abandoned: AbortController;
}

/** Puts what is asked in the same turn of the event loop into as few requests as the endpoint's batch size allows. */
export class Coalescer {
  readonly #send: SendBatch;
  readonly #maxCalls: () => number;
  #gathered: Group[] = [];

  constructor(send: SendBatch, maxCalls: () => number) {
    this.#send = send;
    this.#maxCalls = maxCalls;
  }

  /** Outcomes of the calls, in their order, whatever else travelled with them. */
  add(calls: readonly Call[], signal?: AbortSignal): Promise<Outcome[]> {
    if (calls.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        settle();
        reject(signal?.reason);
      };
      const settle = (): void => {
        group.over = true;
        signal?.removeEventListener("abort", onAbort);
        for (const batch of group.batches)
          if (batch.places.every((place) => place.group.over)) batch.abandoned.abort(signal?.reason);
      };
      const group: Group = {
        calls,
        outcomes: new Array(calls.length),
        missing: calls.length,
        over: false,
        resolve: (outcomes) => {
          settle();
          resolve(outcomes);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        batches: new Set(),
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      if (this.#gathered.push(group) === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    const groups = this.#gathered.filter(({ over }) => !over);
    this.#gathered = [];
    for (const batch of pack(groups, this.#maxCalls())) void this.#carry(batch);
  }

  async #carry(batch: Batch): Promise<void> {
    const { places, abandoned } = batch;
    try {
      const calls = places.map(({ group, at }) => group.calls[at] as Call);
      const outcomes = await this.#send(calls, abandoned.signal);
      for (const [i, { group, at }] of places.entries()) {
        group.outcomes[at] = outcomes[i];
        if (--group.missing === 0) group.resolve(group.outcomes as Outcome[]);
      }
    } catch (error) {
      for (const { group } of places) group.reject(error);
    }
  }
}

/** Groups stay whole where they fit; at most one heavy call in a batch. */
function pack(groups: readonly Group[], maxCalls: number): Batch[] {
  const batches: Batch[] = [];
  let heavy = false;
  const begin = (): Batch => {
    heavy = false;
    const batch: Batch = { places: [], abandoned: new AbortController() };
    batches.push(batch);
    return batch;
  };
  let batch: Batch | undefined;
  for (const group of groups) {
    if (batch === undefined || batch.places.length + group.calls.length > maxCalls) batch = begin();
    for (const [at, call] of group.calls.entries()) {
      if (batch.places.length >= maxCalls || (heavy && isHeavy(call))) batch = begin();
      heavy ||= isHeavy(call);
      batch.places.push({ group, at });
      group.batches.add(batch);
    }
  }
  return batches;
}
