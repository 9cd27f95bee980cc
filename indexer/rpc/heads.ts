import { Backoff } from "../ops/backoff.ts";
import { explain } from "../ops/errors.ts";
import type { Endpoint } from "./endpoint.ts";
import { resultOf } from "./exchange.ts";
import type { RpcObserver } from "./observer.ts";
import type { SocketTransport } from "./socketTransport.ts";
import type { Time } from "./time.ts";

/** A new block that an endpoint pushed: a reason to look, never a fact. */
export interface HeadHint {
  readonly endpoint: string;
  readonly number: bigint;
  /** Lower-case hex. */
  readonly hash: string;
}

export interface SubscriptionOptions {
  readonly observer: RpcObserver;
  readonly time: Time;
  readonly signal: AbortSignal;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 60_000;
/** A connection that stood so long was a good one: after it we come back soon. */
const STOOD_MS = 10_000;

/** Keeps an endpoint's `newHeads` subscribed to until the signal aborts, however often the connection is lost. */
export async function keepSubscribed(
  endpoint: Endpoint,
  socket: SocketTransport,
  onHint: (hint: HeadHint) => void,
  { observer, time, signal }: SubscriptionOptions,
): Promise<void> {
  const backoff = new Backoff(FIRST_WAIT_MS, LONGEST_WAIT_MS);
  socket.onNotified = (params) => {
    const hint = readHint(endpoint.name, params);
    if (hint === undefined) observer.hint({ endpoint: endpoint.name, outcome: "malformed" });
    else onHint(hint);
  };
  while (!signal.aborted) {
    const lost = Promise.withResolvers<string>();
    socket.onLost = lost.resolve;
    const stop = (): void => lost.resolve("closed by us");
    signal.addEventListener("abort", stop, { once: true });
    let why: string;
    try {
      const [outcome] = await endpoint.send([{ method: "eth_subscribe", params: ["newHeads"] }], signal);
      if (outcome !== undefined) resultOf(outcome);
      observer.subscription({ endpoint: endpoint.name, state: "on", why: "subscribed to new heads" });
      const since = time.now();
      why = await lost.promise;
      if (time.now() - since >= STOOD_MS) backoff.reset();
    } catch (error) {
      why = explain(error);
    }
    signal.removeEventListener("abort", stop);
    if (signal.aborted) return;
    observer.subscription({ endpoint: endpoint.name, state: "off", why });
    await time.sleep(backoff.next(), signal);
  }
}

/** What can be used of a notification; undefined for anything that is not a head. */
function readHint(endpoint: string, params: unknown): HeadHint | undefined {
  const head = (params as { result?: { number?: unknown; hash?: unknown } } | null | undefined)?.result;
  const { number, hash } = head ?? {};
  if (typeof number !== "string" || !/^0x[0-9a-f]{1,15}$/i.test(number)) return undefined;
  if (typeof hash !== "string" || !/^0x[0-9a-f]{64}$/i.test(hash)) return undefined;
  return { endpoint, number: BigInt(number), hash: hash.toLowerCase() };
}
