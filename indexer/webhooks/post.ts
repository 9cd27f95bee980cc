import { isIP } from "node:net";
import { Agent, request } from "undici";
import { explain } from "../ops/errors.ts";
import { isPublic, lookupPublic, RefusedAddressError } from "./publicAddress.ts";

/** How a receiver answered. */
export type Outcome =
  | { readonly type: "taken" }
  /** It wants no more, ever: 410 Gone. */
  | { readonly type: "gone" }
  | { readonly type: "failed"; readonly problem: string };

export interface PosterOptions {
  readonly allowHttp: boolean;
  readonly allowPrivateAddresses: boolean;
  /** A receiver gets so long for its whole answer. */
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Of an answer that nobody looks at. */
const MAX_ANSWER_BYTES = 16_384;

/** Posts to receivers. Follows no redirect: where it leads was named by nobody. */
export class Poster {
  readonly #options: PosterOptions;
  readonly #agent: Agent;

  constructor(options: PosterOptions) {
    this.#options = options;
    this.#agent = new Agent({
      connect: {
        timeout: CONNECT_TIMEOUT_MS,
        ...(options.allowPrivateAddresses ? {} : { lookup: lookupPublic }),
      },
      pipelining: 1,
    });
  }

  async post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Outcome> {
    const problem = whyNot(url, this.#options);
    if (problem !== undefined) return { type: "failed", problem };
    try {
      const { statusCode, body: answer } = await request(url, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json", "user-agent": "grantledger" },
        body,
        dispatcher: this.#agent,
        signal: AbortSignal.timeout(this.#options.timeoutMs ?? TIMEOUT_MS),
      });
      await answer.dump({ limit: MAX_ANSWER_BYTES, signal: AbortSignal.timeout(CONNECT_TIMEOUT_MS) }).catch(() => {});
      if (statusCode >= 200 && statusCode < 300) return { type: "taken" };
      return statusCode === 410 ? { type: "gone" } : { type: "failed", problem: `HTTP ${statusCode}` };
    } catch (error) {
      return { type: "failed", problem: explain(error).slice(0, 500) };
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** Why nothing is ever sent to this URL; undefined when it may be. */
export function whyNot(text: string, { allowHttp, allowPrivateAddresses }: PosterOptions): string | undefined {
  if (!URL.canParse(text)) return "it is no URL";
  const { protocol, hostname, username, password } = new URL(text);
  if (protocol !== "https:" && !(allowHttp && protocol === "http:"))
    return "only https is allowed (webhooks.allowHttp)";
  if (username !== "" || password !== "") return "it holds a password";
  const address = hostname.replace(/^\[|\]$/g, "");
  if (!allowPrivateAddresses && isIP(address) !== 0 && !isPublic(address))
    return new RefusedAddressError("its address is not public (webhooks.allowPrivateAddresses)").message;
  return undefined;
}
