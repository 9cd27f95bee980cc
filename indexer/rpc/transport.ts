/** How requests travel to one JSON-RPC server. What comes back is JSON of any shape; its meaning is exchange.ts's. */
export interface Transport {
  /**
   * Grows by one with every connection that replaces one, where the transport knows: behind the same URL there may be
   * another server then.
   */
  readonly session: number;
  /** Makes the connection that the next request will use, where that can be known before. @throws TransportFailure */
  connect(signal: AbortSignal): Promise<void>;
  /** Sends a request and returns what was answered. @throws TransportFailure when nothing usable came. */
  exchange(request: TransportRequest): Promise<unknown>;
  /** Ends everything under way. */
  close(): Promise<void>;
}

export interface TransportRequest {
  readonly text: string;
  /** The ids of its calls: so many from the first on. */
  readonly firstId: number;
  readonly calls: number;
  /** The id of the call whose result may come as a `LongList`, see longList.ts. */
  readonly longOf: number | undefined;
  readonly signal: AbortSignal;
}

/** Why nothing usable came, in words that may still hold credentials. */
export class TransportFailure extends Error {
  readonly kind: "connection" | "http" | "malformed" | "rate-limited" | "too-large";
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: TransportFailure["kind"],
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The `authorization` that a URL's user and password make. */
export function basicAuthorization({ username, password }: URL): Record<string, string> {
  if (username === "" && password === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}
