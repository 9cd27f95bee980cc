import type { IncomingMessage, ServerResponse } from "node:http";
import pg from "pg";
import type pino from "pino";
import type { AccessConfig } from "../../config/accessSchema.ts";
import { QueryLog } from "../../ledger/queryLog.ts";
import type { Clock } from "../../ops/clock.ts";
import { explain, RetryableError } from "../../ops/errors.ts";
import { METADATA_PATH } from "../authzen/metadata.ts";
import type { Database } from "../database.ts";
import { sendError } from "../respond.ts";
import type { Asked } from "./asked.ts";
import { type KeyCaller, NOBODY } from "./caller.ts";
import { LiveKeys } from "./liveKeys.ts";
import { recorded, recordFirst } from "./recording.ts";

/**
 * Where a key is asked for, before anything is answered. What tells nothing of holders stays open: whether the server is
 * alive, how far the chains are known, the documents and the schema.
 */

export interface GateOptions {
  readonly access: AccessConfig;
  /** The primary. */
  readonly databaseUrl: string;
  /** What answers are read from. */
  readonly database: Database;
  readonly graphqlPath: string;
  /** Where each question is held against who asks, and what was answered is told before it is sent. */
  readonly heldPaths: ReadonlySet<string>;
  readonly clock: Clock;
  readonly log: pino.Logger;
}

const OPEN_PATHS: ReadonlySet<string> = new Set([
  "/",
  "/health",
  "/ready",
  "/status",
  METADATA_PATH,
  "/schema.graphql",
]);
const OPEN_FOLDER = "/docs/";
const BEARER = /^Bearer +(\S+)$/i;
const KEY_CONNECTIONS = 2;
const TIMEOUT_MS = 3_000;
/** Of one batch of the log. */
const WRITE_TIMEOUT_MS = 5_000;

export class Gate {
  readonly #options: GateOptions;
  readonly #keyPool: pg.Pool;
  readonly #keys: LiveKeys;
  readonly #logPool: pg.Pool | undefined;
  readonly #queries: QueryLog | undefined;

  constructor(options: GateOptions) {
    const { access, databaseUrl, log } = options;
    this.#options = options;
    this.#keyPool = open(databaseUrl, "grantledger keys", KEY_CONNECTIONS, TIMEOUT_MS, log);
    this.#keys = new LiveKeys(this.#keyPool);
    if (!access.log) return;
    this.#logPool = open(access.logUrl ?? databaseUrl, "grantledger query log", 1, WRITE_TIMEOUT_MS, log);
    this.#queries = new QueryLog(this.#logPool, {
      insertOnly: access.logUrl !== undefined,
      onError: (error) =>
        log.error({ reason: explain(error) }, "the log of queries cannot be written: none is answered"),
    });
  }

  /** Lets `answer` answer whoever may ask, and tells the others why not. */
  async pass(
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
    answer: (asked: Asked) => Promise<void>,
    refuse: typeof sendError = sendError,
  ): Promise<void> {
    const nobody = { context: { caller: NOBODY } };
    // A browser asks by OPTIONS, and without the key, whether it may ask at all.
    if (OPEN_PATHS.has(path) || path.startsWith(OPEN_FOLDER) || request.method === "OPTIONS" || this.#isPage(request))
      return answer(nobody);
    let caller: KeyCaller | undefined;
    try {
      caller = await this.#callerOf(request);
    } catch (error) {
      this.#options.log.warn({ reason: explain(error) }, "the keys cannot be read: nobody is let in");
      return refuse(response, 503, "RETRYABLE", "whose key it is cannot be found out now");
    }
    if (caller === undefined) {
      response.setHeader("www-authenticate", 'Bearer realm="grantledger"');
      return refuse(response, 401, "UNAUTHENTICATED", "expected a key in the header Authorization: Bearer <key>");
    }
    if (!this.#options.heldPaths.has(path)) return this.#passElsewhere(caller, request, response, answer);
    const asked: Asked =
      this.#queries === undefined ? { context: { caller } } : this.#recorded(caller, request, this.#queries);
    const stillLetIn = async (): Promise<boolean> => (await this.#callerOf(request)) !== undefined;
    return answer({ ...asked, context: { ...asked.context, stillLetIn } });
  }

  /** Questions that wait to be recorded; undefined where none are. */
  get questionsWaiting(): number | undefined {
    return this.#queries?.waiting;
  }

  /** Which key a request comes with; undefined where it is none that is let in, or where that cannot be found out. */
  async keyOf(request: IncomingMessage): Promise<number | undefined> {
    return (await this.#callerOf(request).catch(() => undefined))?.keyId;
  }

  async close(): Promise<void> {
    await this.#queries?.close();
    await Promise.all([this.#keyPool.end(), this.#logPool?.end()]);
  }

  #recorded(caller: KeyCaller, request: IncomingMessage, queries: QueryLog): Asked {
    const { database, clock } = this.#options;
    return recorded({ caller, request, queries, database, askedAt: clock() });
  }

  /** GraphiQL's page, which a browser asks for before anybody could type a key in it, and which holds no data. */
  #isPage({ method, url, headers }: IncomingMessage): boolean {
    return method === "GET" && url === this.#options.graphqlPath && /\btext\/html\b/.test(headers.accept ?? "");
  }

  async #callerOf({ headers }: IncomingMessage): Promise<KeyCaller | undefined> {
    const key = BEARER.exec(headers.authorization ?? "")?.[1];
    return key === undefined ? undefined : this.#keys.find(key);
  }

  /**
   * Other ways of asking are not cut down to an institution's own grants, unless they say so here: then they are closed to
   * it. They may be long streams, so they are recorded before they are answered.
   */
  async #passElsewhere(
    caller: KeyCaller,
    request: IncomingMessage,
    response: ServerResponse,
    answer: (asked: Asked) => Promise<void>,
  ): Promise<void> {
    if (caller.role === "INSTITUTION")
      return sendError(
        response,
        403,
        "FORBIDDEN",
        "the key of an institution is for its own grants, asked at /graphql",
      );
    try {
      await (this.#queries && recordFirst({ caller, request, queries: this.#queries, askedAt: this.#options.clock() }));
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      return sendError(response, 503, "RETRYABLE", "it could not be recorded, so it is not answered");
    }
    return answer({ context: { caller } });
  }
}

function open(url: string, name: string, max: number, timeoutMs: number, log: pino.Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: timeoutMs,
    statement_timeout: timeoutMs,
    query_timeout: timeoutMs,
    application_name: name,
    keepAlive: true,
  });
  pool.on("error", (error) => log.debug({ err: error }, "an idle connection was lost"));
  return pool;
}
