import { Pool } from "undici";
import { redactUrl } from "../config/redact.ts";
import { quote } from "../grants/bytes.ts";
import { DEFENCES } from "../ops/defences.ts";
import { explain, OperatorError } from "../ops/errors.ts";
import { parseQuantity } from "./answers.ts";
import { RpcError, TransportError } from "./errors.ts";
import type { FailureKind, RpcObserver } from "./observer.ts";

/** One call of a batch. */
export interface Call {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** A call's result, or the error object that came instead of it. */
export type Outcome = { readonly result: unknown } | { readonly error: RpcError };

export interface EndpointOptions {
  readonly chainId: bigint;
  /** Bound for one HTTP request, answer included. */
  readonly timeoutMs: number;
  readonly observer?: RpcObserver;
}

interface Answer {
  id?: unknown;
  result?: unknown;
  error?: { code?: unknown; message?: unknown };
}

/** One JSON-RPC server over HTTP (https://www.jsonrpc.org/specification). */
export class Endpoint {
  /** For people: never holds credentials. */
  readonly name: string;
  readonly #pool: Pool;
  readonly #path: string;
  readonly #headers: Record<string, string>;
  readonly #options: EndpointOptions;
  /** Parts of the URL that may be a key. A server may say them back, and what it says is shown. */
  readonly #secrets: readonly string[];
  /** Whether the server said that it serves our chain. Asked again after every failure to get an answer. */
  #chainChecked = false;
  #nextId = 1;

  constructor(url: string, options: EndpointOptions) {
    const parsed = new URL(url);
    this.name = redactUrl(url);
    this.#path = `${parsed.pathname}${parsed.search}`;
    this.#headers = { "content-type": "application/json", accept: "application/json" };
    if (parsed.username !== "" || parsed.password !== "") {
      const pair = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
      this.#headers["authorization"] = `Basic ${Buffer.from(pair).toString("base64")}`;
    }
    this.#options = options;
    this.#secrets = [parsed.username, parsed.password, ...parsed.pathname.split("/"), ...parsed.searchParams.values()]
      .flatMap((part) => [part, decodeURIComponent(part)])
      .filter((part) => part.length > 3);
    this.#pool = new Pool(parsed.origin, {
      connections: 8,
      connectTimeout: Math.min(options.timeoutMs, 10_000),
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
    });
  }

  /**
   * Sends the calls in one request and returns their outcomes in the same order.
   * @throws TransportError when there is no answer; OperatorError when the server serves another chain.
   */
  async send(calls: readonly Call[], signal?: AbortSignal): Promise<Outcome[]> {
    if (!this.#chainChecked) await this.#checkChain(signal);
    return this.#exchange(calls, signal);
  }

  /** The next call is sent only after the server has said again that it serves our chain. */
  recheckChain(): void {
    this.#chainChecked = false;
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #checkChain(signal: AbortSignal | undefined): Promise<void> {
    const [outcome] = await this.#exchange([{ method: "eth_chainId", params: [] }], signal);
    // Silence is not a mismatch: only a clear answer with another number is.
    if (outcome === undefined || "error" in outcome)
      throw new TransportError(`${this.name}: eth_chainId was not answered`, { cause: outcome?.error });
    const chainId = parseQuantity(outcome.result, "chain id");
    if (chainId !== this.#options.chainId && DEFENCES.chainId) {
      const message = `${this.name} serves chain ${chainId}, the configuration says ${this.#options.chainId}: correct the RPC URL`;
      this.#tellFailure("eth_chainId", "wrong-chain", message);
      throw new OperatorError(message);
    }
    this.#chainChecked = true;
  }

  async #exchange(calls: readonly Call[], signal: AbortSignal | undefined): Promise<Outcome[]> {
    const first = this.#nextId;
    this.#nextId += calls.length;
    const requests = calls.map(({ method, params }, i) => ({ jsonrpc: "2.0", id: first + i, method, params }));
    const methods = [...new Set(calls.map((call) => call.method))].join(", ");
    const began = performance.now();
    const body = await this.#post(JSON.stringify(requests.length === 1 ? requests[0] : requests), methods, signal);

    this.#options.observer?.answered({
      endpoint: this.name,
      method: methods,
      calls: calls.length,
      ms: performance.now() - began,
    });
    const answers = Array.isArray(body) ? (body as Answer[]) : [body as Answer];
    const byId = new Map(answers.map((answer) => [answer?.id, answer]));
    return requests.map(({ id, method }) => {
      // An error about the whole batch comes alone, with a null id.
      const answer = byId.get(id) ?? (answers.length === 1 && answers[0]?.error ? answers[0] : undefined);
      if (answer === undefined) throw this.#failed(methods, "malformed", "the batch's answer lacks a call");
      if (answer.error === undefined || answer.error === null) return { result: answer.result };
      const { code, message } = answer.error;
      const said = typeof message === "string" ? message.slice(0, 300) : JSON.stringify(answer.error).slice(0, 300);
      const shown = this.#redacted(said);
      this.#tellFailure(method, "refused", shown);
      return { error: new RpcError(`${this.name} ${method}: ${shown}`, typeof code === "number" ? code : 0) };
    });
  }

  async #post(body: string, methods: string, signal: AbortSignal | undefined): Promise<unknown> {
    const bound = AbortSignal.timeout(this.#options.timeoutMs);
    let status: number;
    let text: string;
    try {
      const response = await this.#pool.request({
        path: this.#path,
        method: "POST",
        headers: this.#headers,
        body,
        signal: signal ? AbortSignal.any([signal, bound]) : bound,
      });
      status = response.statusCode;
      text = await response.body.text();
    } catch (error) {
      throw this.#failed(
        methods,
        bound.aborted ? "timeout" : "connection",
        bound.aborted ? `no answer within ${this.#options.timeoutMs} ms` : explain(error),
        error,
      );
    }
    // Many servers put the JSON-RPC error of a limit into a 4xx; others answer with a page.
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      // The parser's message quotes the text, unredacted: said here instead of kept as cause.
      throw this.#failed(methods, status >= 400 ? "http" : "malformed", `HTTP ${status}, not JSON: ${quote(text)}`);
    }
    if (typeof parsed !== "object" || parsed === null)
      throw this.#failed(methods, "malformed", `HTTP ${status}, not JSON-RPC`);
    if (status >= 400 && !("error" in parsed)) throw this.#failed(methods, "http", `HTTP ${status}`);
    return parsed;
  }

  #failed(methods: string, kind: FailureKind, why: string, cause?: unknown): TransportError {
    this.#chainChecked = false;
    const message = `${this.name} ${methods}: ${this.#redacted(why)}`;
    this.#tellFailure(methods, kind, message);
    return new TransportError(message, { cause });
  }

  #tellFailure(method: string, kind: FailureKind, message: string): void {
    this.#options.observer?.failed({ endpoint: this.name, method, kind, message, next: "the next endpoint is asked" });
  }

  #redacted(text: string): string {
    return this.#secrets.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
  }
}
