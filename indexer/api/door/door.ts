import type { IncomingMessage, ServerResponse } from "node:http";
import cors from "cors";
import type { sendError } from "../respond.ts";
import { callerAddress } from "./callerAddress.ts";
import { type RateLimit, RateLimiter } from "./rateLimit.ts";

export interface DoorOptions {
  /** Origins whose pages may read answers in a browser; none without it. */
  readonly allowedOrigins?: readonly string[] | undefined;
  readonly trustedProxies?: readonly string[] | undefined;
  /** Of each address; none without it. */
  readonly rateLimit?: RateLimit | undefined;
}

/** What every request passes before it is looked at. Answers whether it may; if not, it has been answered by `refuse`. */
export type Door = (
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  refuse: typeof sendError,
) => boolean | Promise<boolean>;

/** How long a browser may keep the answer to its question whether it may ask. */
const PREFLIGHT_SECONDS = 600;
/** Counted apart from questions: who asks too much is not to make the process look dead or unready. */
const PROBES: ReadonlySet<string> = new Set(["/health", "/ready"]);

/** Requests with a key that is known count for it, whatever their address, and not for the address. */
export interface KeyLimit extends RateLimit {
  /** Which key a request comes with, if any. Must cost the same whether or not there is such a key. */
  keyOf(request: IncomingMessage): Promise<number | undefined>;
}

export function createDoor(
  { allowedOrigins = [], trustedProxies, rateLimit }: DoorOptions,
  keyLimit?: KeyLimit | undefined,
): Door {
  const share = allowedOrigins.length === 0 ? undefined : shareWith(allowedOrigins);
  const byAddress = rateLimit && new RateLimiter(rateLimit);
  const byKey = keyLimit && new RateLimiter(keyLimit);
  const addressOf = callerAddress(trustedProxies);

  /** Seconds to wait, and what for. */
  const count = async (path: string, request: IncomingMessage): Promise<readonly [number, string]> => {
    const probes = PROBES.has(path);
    const key = probes ? undefined : await keyLimit?.keyOf(request);
    if (key !== undefined) return [(await byKey?.take(String(key))) ?? 0, "with this key"];
    const address = addressOf(request);
    return [(await byAddress?.take(probes ? `probe ${address}` : address)) ?? 0, "from this address"];
  };
  const admit = async (...[path, request, response, refuse]: Parameters<Door>): Promise<boolean> => {
    const [wait, whose] = await count(path, request);
    if (wait > 0) {
      response.setHeader("retry-after", String(wait));
      // What was sent is not waited for: it would be read for nothing.
      request.resume();
      refuse(response, 429, "TOO_MANY_REQUESTS", `too many requests ${whose}: ask again in ${wait} s`);
      return false;
    }
    return true;
  };
  return (path, request, response, refuse) => {
    if (share?.(request, response) === "answered") return false;
    return byAddress === undefined && byKey === undefined ? true : admit(path, request, response, refuse);
  };
}

/** Tells browsers that pages of these origins may read. No credentials: a key is sent by a page that has it, not by a browser. */
function shareWith(origins: readonly string[]) {
  const middleware = cors({
    origin: [...origins],
    methods: ["GET", "POST"],
    allowedHeaders: ["content-type", "authorization", "graphql-require-preflight", "x-request-id"],
    exposedHeaders: ["retry-after", "x-request-id"],
    maxAge: PREFLIGHT_SECONDS,
  });
  return (request: IncomingMessage, response: ServerResponse): "answered" | "goes on" => {
    let goesOn = false;
    middleware(request, response, () => {
      goesOn = true;
    });
    return goesOn ? "goes on" : "answered";
  };
}
