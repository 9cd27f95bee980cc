import { Pool } from "undici";
import { quote } from "../grants/bytes.ts";
import { explain } from "../ops/errors.ts";
import { readJson } from "./longList.ts";
import { basicAuthorization, type Transport, TransportFailure, type TransportRequest } from "./transport.ts";

/** Kept open between polls, so that a new block does not wait for a handshake. */
const KEEP_ALIVE_MS = 60_000;

/** JSON-RPC over HTTP. */
export class HttpTransport implements Transport {
  /** Which connection carries a request is the pool's business: what it cannot see, a failure tells. */
  readonly session = 0;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: Record<string, string>;
  readonly #hide: (text: string) => string;

  /** @param hide takes the credentials out of what the server says, before it is cut short to be quoted. */
  constructor(url: URL, options: { timeoutMs: number; connections: number }, hide: (text: string) => string) {
    this.#hide = hide;
    this.#path = `${url.pathname}${url.search}`;
    this.#headers = {
      "content-type": "application/json",
      accept: "application/json",
      ...basicAuthorization(url),
    };
    this.#pool = new Pool(url.origin, {
      connections: options.connections,
      connectTimeout: Math.min(options.timeoutMs, 10_000),
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
    });
  }

  async connect(): Promise<void> {}

  async exchange({ text, longOf, signal }: TransportRequest): Promise<unknown> {
    let status: number;
    let answer: string | Buffer;
    let retryAfter: unknown;
    try {
      const response = await this.#pool.request({
        path: this.#path,
        method: "POST",
        headers: this.#headers,
        body: text,
        signal,
      });
      status = response.statusCode;
      retryAfter = response.headers["retry-after"];
      // As text where it is parsed at once, so that its bytes are gone by then.
      answer = longOf === undefined ? await response.body.text() : Buffer.from(await response.body.arrayBuffer());
    } catch (error) {
      throw new TransportFailure("connection", explain(error), { cause: error });
    }
    const failure = (why: string): TransportFailure =>
      new TransportFailure(kindOf(status), `HTTP ${status}${why}`, { retryAfterMs: retryAfterMs(retryAfter) });
    let body: unknown;
    try {
      body = typeof answer === "string" ? JSON.parse(answer) : readJson(answer, (id) => id === longOf);
    } catch {
      // The parser's message quotes the text as well, and would be kept as cause.
      throw failure(`, not JSON: ${quote(this.#hide(String(answer)))}`);
    }
    if (typeof body !== "object" || body === null) throw failure(", not JSON-RPC");
    // Many servers put the JSON-RPC error of a limit into a 4xx. "Too often" needs no reading further.
    if (status === 429) throw failure(`: ${quote(this.#hide(String(answer)))}`);
    if (status >= 400 && !("error" in body)) throw failure("");
    return body;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

function kindOf(status: number): TransportFailure["kind"] {
  if (status === 429) return "rate-limited";
  if (status === 413) return "too-large";
  return status >= 400 ? "http" : "malformed";
}

/** @param header seconds or an HTTP date (RFC 9110, 10.2.3). */
export function retryAfterMs(header: unknown, now: number = Date.now()): number | undefined {
  if (typeof header !== "string") return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
