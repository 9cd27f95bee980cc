import { DEFENCES } from "../ops/defences.ts";
import { parseQuantity } from "./answers.ts";
import type { Call } from "./batch.ts";
import { TransportError, WrongChainError } from "./errors.ts";
import type { Outcome } from "./exchange.ts";
import type { Time } from "./time.ts";

export const CHAIN_ID_CALL: Call = { method: "eth_chainId", params: [] };

/** After so long the question goes along with the next request. */
const STALE_MS = 60_000;
/** A server of another chain is not asked again before, unless somebody doubts. */
const WRONG_FOR_MS = 30_000;

/**
 * Whether a server has said which chain it serves, in this session: since the last failure to answer, and on this
 * connection. Silence is not a mismatch: only a clear answer with another number is.
 */
export class ChainCheck {
  readonly #name: string;
  readonly #chainId: bigint;
  readonly #time: Time;
  #right: { readonly session: number; readonly at: number } | undefined;
  #wrong: { readonly error: WrongChainError; readonly at: number } | undefined;

  constructor(name: string, chainId: bigint, time: Time) {
    this.#name = name;
    this.#chainId = chainId;
    this.#time = time;
  }

  forget(): void {
    this.#right = undefined;
    this.#wrong = undefined;
  }

  /** The server failed to answer: another one may stand in its place. */
  unsettle(): void {
    this.#right = undefined;
  }

  /** Why it is not to be asked at all now. */
  get wrong(): WrongChainError | undefined {
    const wrong = this.#wrong;
    return wrong !== undefined && this.#time.now() - wrong.at < WRONG_FOR_MS ? wrong.error : undefined;
  }

  /** What has to be done before a request of this session counts. */
  need(session: number): "nothing" | "along" | "before" {
    if (this.#right === undefined || this.#right.session !== session) return "before";
    return this.#time.now() - this.#right.at < STALE_MS ? "nothing" : "along";
  }

  /** @throws WrongChainError, or TransportError when the server did not say. */
  take(outcome: Outcome | undefined, session: number): void {
    if (outcome === undefined || "error" in outcome)
      throw new TransportError(`${this.#name}: eth_chainId was not answered`, {
        cause: outcome?.error,
        kind: "malformed",
      });
    const chainId = parseQuantity(outcome.result, "chain id");
    if (chainId === this.#chainId || !DEFENCES.chainId) {
      this.#right = { session, at: this.#time.now() };
      this.#wrong = undefined;
      return;
    }
    const error = new WrongChainError(
      `${this.#name} serves chain ${chainId}, the configuration says ${this.#chainId}: correct the RPC URL`,
    );
    this.#right = undefined;
    this.#wrong = { error, at: this.#time.now() };
    throw error;
  }
}
