import { observing, type RpcObserver } from "../rpc/observer.ts";
import type { Logger } from "./log.ts";

/** Only a person can mend a wrong URL. */
const LEVEL = { up: "info", down: "warn", "wrong-chain": "error" } as const;

/** What happens between us and the endpoints of one chain, as a log. One failure is no news; an endpoint that is gone is. */
export function rpcLog(log: Logger): RpcObserver {
  return observing({
    failed: ({ message, ...event }) => log.debug(event, message),
    rateLimited: (event) => log.info(event, "asked too often, leaving it alone for a while"),
    learned: ({ endpoint, limits }) => log.debug({ endpoint, ...limits }, "learned an endpoint's limits"),
    chosen: (event) => log.trace(event, "asking"),
    state: ({ endpoint, state, why }) => log[LEVEL[state]]({ endpoint, why }, `endpoint ${state}`),
    subscription: ({ endpoint, state, why }) => log.debug({ endpoint, why }, `subscription ${state}`),
    disagreed: (event) => log.warn(event, "endpoints contradict each other"),
  });
}
