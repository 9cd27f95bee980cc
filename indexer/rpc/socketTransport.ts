import { WebSocket } from "ws";
import { quote } from "../grants/bytes.ts";
import { explain } from "../ops/errors.ts";
import { readJson } from "./longList.ts";
import { basicAuthorization, type Transport, TransportFailure, type TransportRequest } from "./transport.ts";

/** Far above what any answer of a bounded batch is, far below what would end the process. */
const MAX_PAYLOAD = 256 * 1024 * 1024;
/** A connection whose other end is gone without a word is noticed after two of these. */
const PING_MS = 15_000;

interface Waiting {
  readonly calls: number;
  readonly longOf: number | undefined;
  readonly resolve: (body: unknown) => void;
  readonly reject: (failure: TransportFailure) => void;
}

/** What a server sends unasked: the `params` of an `eth_subscription`. */
export type Notified = (params: unknown) => void;

/** JSON-RPC over one WebSocket, made when it is needed and made again when it is lost. */
export class SocketTransport implements Transport {
  readonly #url: URL;
  readonly #options: { readonly timeoutMs: number };
  readonly #hide: (text: string) => string;
  readonly #waiting = new Map<number, Waiting>();
  #connecting: Promise<void> | undefined;
  #socket: WebSocket | undefined;
  #closed = false;
  #session = 0;
  onNotified: Notified = () => {};
  /** Called when a connection that stood is lost. */
  onLost: (why: string) => void = () => {};

  constructor(url: URL, options: { timeoutMs: number }, hide: (text: string) => string) {
    this.#url = url;
    this.#options = options;
    this.#hide = hide;
  }

  get session(): number {
    return this.#session;
  }

  async connect(signal: AbortSignal): Promise<void> {
    if (this.#socket?.readyState === WebSocket.OPEN) return;
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    await abandonable(this.#connecting, signal);
  }

  async exchange({ text, firstId, calls, longOf, signal }: TransportRequest): Promise<unknown> {
    await this.connect(signal);
    const socket = this.#socket;
    if (socket === undefined) throw new TransportFailure("connection", "the connection was lost");
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(firstId, { calls, longOf, resolve, reject });
      socket.send(text, (error) => {
        if (error) reject(new TransportFailure("connection", explain(error), { cause: error }));
      });
    });
    try {
      return await abandonable(answer, signal);
    } finally {
      this.#waiting.delete(firstId);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.drop("closed by us");
  }

  /** Ends the present connection; the next request makes another. */
  drop(why: string): void {
    const socket = this.#socket;
    this.#socket = undefined;
    for (const { reject } of this.#waiting.values()) reject(new TransportFailure("connection", why));
    this.#waiting.clear();
    if (socket === undefined) return;
    socket.terminate();
    this.onLost(why);
  }

  async #open(): Promise<void> {
    if (this.#closed) throw new TransportFailure("connection", "closed by us");
    const url = new URL(this.#url);
    url.username = "";
    url.password = "";
    const socket = new WebSocket(url, {
      headers: basicAuthorization(this.#url),
      handshakeTimeout: Math.min(this.#options.timeoutMs, 10_000),
      maxPayload: MAX_PAYLOAD,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once("open", resolve);
      socket.on("error", (error) => reject(refusal(error)));
      socket.once("close", () => reject(new TransportFailure("connection", "closed while it was opened")));
    });
    if (this.#closed) {
      socket.terminate();
      throw new TransportFailure("connection", "closed by us");
    }
    this.#session++;
    this.#socket = socket;
    const lost = (why: string): void => {
      if (this.#socket === socket) this.drop(why);
    };
    socket.on("error", (error) => lost(explain(error)));
    socket.on("close", (code) => lost(`the other side closed the connection (${code})`));
    socket.on("message", (data) => this.#receive(Buffer.isBuffer(data) ? data : Buffer.from(String(data))));
    watch(socket, () => lost("the other side no longer answers pings"));
  }

  #receive(bytes: Buffer): void {
    let body: unknown;
    try {
      body = readJson(bytes, (id) => [...this.#waiting.values()].some(({ longOf }) => longOf === id));
    } catch {
      this.drop(`not JSON: ${quote(this.#hide(String(bytes)))}`);
      return;
    }
    const notice = body as { method?: unknown; params?: unknown } | null;
    if (notice?.method === "eth_subscription") this.onNotified(notice.params);
    else this.#deliver(body);
  }

  #deliver(body: unknown): void {
    const firstId = this.#askedFor(body);
    if (firstId === undefined) return;
    const waiting = this.#waiting.get(firstId);
    this.#waiting.delete(firstId);
    waiting?.resolve(body);
  }

  /** The request that this answers, by its first id. An answer to one that was given up is nobody's. */
  #askedFor(body: unknown): number | undefined {
    const list: unknown[] = Array.isArray(body) ? body : [body];
    const ids = list.map((one) => (one as { id?: unknown } | null)?.id);
    const waiting = [...this.#waiting];
    for (const id of ids)
      if (typeof id === "number")
        return waiting.find(([firstId, { calls }]) => id >= firstId && id < firstId + calls)?.[0];
    // An error about a whole batch names no call. Servers answer in order, so it is most likely the oldest one's.
    if (list.length !== 1 || (list[0] as { error?: unknown } | null)?.error === undefined) return undefined;
    return (waiting.find(([, { calls }]) => calls > 1) ?? waiting[0])?.[0];
  }
}

/** The handshake is an HTTP request, which can be refused like any other. */
function refusal(error: Error): TransportFailure {
  const status = /unexpected server response: (\d+)/i.exec(error.message)?.[1];
  if (status === undefined) return new TransportFailure("connection", explain(error), { cause: error });
  return new TransportFailure(status === "429" ? "rate-limited" : "http", `HTTP ${status} to the handshake`);
}

/** Pings the other end, and calls `dead` when a ping was not answered before the next. */
function watch(socket: WebSocket, dead: () => void): void {
  let answered = true;
  socket.on("pong", () => {
    answered = true;
  });
  const timer = setInterval(() => {
    if (!answered) return dead();
    answered = false;
    socket.ping();
  }, PING_MS);
  timer.unref();
  socket.once("close", () => clearInterval(timer));
}

/** The promise, or the signal's abort if that comes first. */
function abandonable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abandon = (): void => reject(signal.reason);
    if (signal.aborted) abandon();
    signal.addEventListener("abort", abandon, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abandon));
  });
}
