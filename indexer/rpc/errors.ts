import { OperatorError, RetryableError } from "../ops/errors.ts";
import { MalformedAnswerError } from "./answers.ts";
import type { FailureKind } from "./observer.ts";

/** Every failure names the endpoint (without its credentials) and the method. */

/** No answer, or none that a JSON-RPC server would give: network, time, HTTP status, not JSON. */
export class TransportError extends RetryableError {
  readonly kind: FailureKind;
  /** How long the server asked to be left alone, if it did, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    options: { cause?: unknown; kind?: FailureKind; retryAfterMs?: number | undefined } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.kind = options.kind ?? "connection";
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The server answered with a JSON-RPC error object. */
export class RpcError extends RetryableError {
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

/** An answer that is one in form, and was not accepted by whoever asked. */
export class BadAnswerError extends RetryableError {
  readonly kind: FailureKind;
  /** What was thrown when it was checked. */
  readonly rejection: RetryableError;

  constructor(asked: string, rejection: RetryableError) {
    super(`${asked}: ${rejection.message}`, rejection.cause === undefined ? {} : { cause: rejection.cause });
    this.kind = rejection instanceof MalformedAnswerError ? "malformed" : "rejected";
    this.rejection = rejection;
  }
}

/** The server serves another chain: a person must correct its URL, while other endpoints go on. */
export class WrongChainError extends OperatorError {}

/** Does this error say that the server does not serve the method at all, to anyone or to us? */
export function isUnsupported(error: unknown): boolean {
  if (!(error instanceof RpcError)) return false;
  return (
    error.code === -32601 || /method|support|not (available|allowed|enabled)|whitelist|\bplan\b/i.test(error.message)
  );
}

/** Too many calls, not too large a one: smaller ranges would be more calls still. Seen with the same providers. */
const RATE =
  /\brate\b|capacity|per[ -]second|\/ ?s(ec)?(ond)?\b|too many (requests|connections)|request (limit|count)|quota|credits|compute units|throughput/i;

/** The endpoint does not have the block yet: a smaller range would not help. */
const BEYOND_HEAD =
  /beyond (?:the )?(?:current |latest )?(?:head|tip)|(?:from|to)Block .*(?:greater|higher) than (?:the )?(?:latest|head)/i;

/**
 * Does this error say that a range or an answer was too large? Servers agree on no code for it, so the words decide;
 * seen with Alchemy, Infura, QuickNode, Ankr, Erigon, Nethermind and Besu. A wrong guess only costs smaller ranges.
 */
export function isTooLarge(error: unknown): boolean {
  if (error instanceof TransportError) return error.kind === "too-large" || /HTTP 413/.test(error.message);
  if (!(error instanceof RpcError) || RATE.test(error.message) || BEYOND_HEAD.test(error.message)) return false;
  return (
    error.code === -32005 ||
    /too (many|large|big|wide)|limit|exceed|range|more than \d+|response size|timed? ?out/i.test(error.message)
  );
}

/** Does this error say that we ask too often? As HTTP 429 or inside of an answer that looks well. */
export function isRateLimited(error: unknown): boolean {
  if (error instanceof TransportError) return error.kind === "rate-limited";
  return error instanceof RpcError && (error.code === 429 || RATE.test(error.message));
}

/** Whether the words are about the number of calls in a batch, or the size of all its answers together. */
export const saysBatchTooLarge = (message: string): boolean =>
  /batch/i.test(message)
    ? /too (large|many|big|long)|limit|exceed|max|size|more than|up to|not (supported|allowed)|disabled/i.test(message)
    : /response (is )?too large|response size/i.test(message);

/** What an error is, for the count of failures. */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof WrongChainError) return "wrong-chain";
  if (error instanceof BadAnswerError) return error.kind;
  if (isRateLimited(error)) return "rate-limited";
  if (isTooLarge(error)) return "too-large";
  if (error instanceof TransportError) return error.kind;
  if (isUnsupported(error)) return "unsupported";
  return error instanceof RpcError ? "refused" : "rejected";
}
