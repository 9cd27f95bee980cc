import { RetryableError } from "../ops/errors.ts";

/** Every failure names the endpoint (without its credentials) and the method. */

/** No answer, or none that a JSON-RPC server would give: network, time, HTTP status, not JSON. */
export class TransportError extends RetryableError {}

/** The server answered with a JSON-RPC error object. */
export class RpcError extends RetryableError {
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

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

/**
 * Does this error say that a range or an answer was too large? Servers agree on no code for it, so the words decide;
 * seen with Alchemy, Infura, QuickNode, Ankr, Erigon, Nethermind and Besu. A wrong guess only costs smaller ranges.
 */
export function isTooLarge(error: unknown): boolean {
  if (error instanceof TransportError) return /HTTP 413/.test(error.message);
  if (!(error instanceof RpcError) || RATE.test(error.message)) return false;
  return (
    error.code === -32005 ||
    /too (many|large|big|wide)|limit|exceed|range|more than \d+|response size|timed? ?out/i.test(error.message)
  );
}
