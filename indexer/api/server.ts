import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type pino from "pino";
import type { AccessConfig } from "../config/accessSchema.ts";
import type { Clock } from "../ops/clock.ts";
import { explain, OperatorError } from "../ops/errors.ts";
import { watchEventLoop } from "../ops/eventLoop.ts";
import type { ObservedChain } from "../ops/health.ts";
import type { PoolState } from "../ops/metrics/processMetrics.ts";
import type { RunnerReport } from "../ops/runnerReport.ts";
import type { ReceiptKey } from "../receipts/receiptKey.ts";
import type { Asked } from "./access/asked.ts";
import { ANYBODY } from "./access/caller.ts";
import { Gate } from "./access/gate.ts";
import { createAuthzen, identify, refuseByProblem } from "./authzen/http.ts";
import { EVALUATION_PATH, EVALUATIONS_PATH } from "./authzen/metadata.ts";
import { Database } from "./database.ts";
import { isForeignPage } from "./door/crossSite.ts";
import { createDoor, type DoorOptions } from "./door/door.ts";
import { createDrainingServer } from "./drain.ts";
import { EvidenceBlocks } from "./evidence/blocks.ts";
import type { EvidenceSources } from "./evidence/sources.ts";
import { type OperationsOptions, readOperations } from "./operations.ts";
import { answerPage, type Pages } from "./pages/answerPage.ts";
import { pathOf } from "./pathOf.ts";
import { answerOps } from "./probes.ts";
import { readChains } from "./read/chain.ts";
import { GatheredChecks } from "./read/gathered.ts";
import { readHorizons } from "./read/horizon.ts";
import { ReportPool } from "./reportPool.ts";
import { answerReports, isReportPath } from "./reports/http.ts";
import { sendError } from "./respond.ts";
import { schema } from "./schema.ts";
import { answerGraphql } from "./transport.ts";
import { Feeds } from "./watch/feeds.ts";
import { createGraphql, GRAPHQL_PATH } from "./yoga.ts";

export interface ApiOptions extends DoorOptions {
  readonly databaseUrl: string;
  /** What is read from instead, a replica of it; keys and the log of queries stay with the database itself. */
  readonly readDatabaseUrl?: string | undefined;
  /** Everybody may ask without it. */
  readonly access?: AccessConfig | undefined;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** GraphiQL and introspection. */
  readonly explore: boolean;
  readonly maxStalenessSeconds: number;
  /** Where operations are that are known by an id; none are without it. */
  readonly operations?: OperationsOptions | undefined;
  /** Where callers reach it, without a slash at the end; where it listens without it. */
  readonly publicUrl?: string | undefined;
  /** Signs answers that are asked for with a receipt. */
  readonly receiptKey?: ReceiptKey | undefined;
  /** How many may watch at once. */
  readonly maxWatchers?: number;
  readonly clock: Clock;
  readonly log: pino.Logger;
  /** What this process does about the chains, for readiness and status. */
  readonly runners?: () => readonly RunnerReport[];
  /** Where the blocks of a chain are read for evidence. Without it there is none to be had. */
  readonly evidence?: EvidenceSources;
}

export interface Api {
  /** Where it is reached, without a path. */
  readonly url: string;
  /** What the ledger holds of each chain. @throws RetryableError when the database does not answer. */
  chains(): Promise<ObservedChain[]>;
  /** How many watch now. */
  watchers(): number;
  /** How many events of each chain are in its feed. @throws RetryableError when the database does not answer. */
  feeds(): Promise<ReadonlyMap<bigint, bigint>>;
  /** Questions that wait to be recorded; undefined where none are. */
  questionsWaiting(): number | undefined;
  /** Connections to the database. */
  pool(): PoolState;
  /** Takes no new connections, finishes what is under way within a bound, and closes the database's connections. */
  stop(): Promise<void>;
}

/** A client gets so long to send its request, and a connection may be silent for so long. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Longer than load balancers keep idle connections (60 s mostly): whoever closes first must not be us, or a request on its way is lost. */
const KEEP_ALIVE_MS = 75_000;
const SILENCE_TIMEOUT_MS = 30_000;
/** Beyond that new ones are refused: each can hold a body of 256 kB. */
const MAX_CONNECTIONS = 4_000;

/**
 * Serves GraphQL, health, readiness and status. Starts whether or not the database answers: until it does, queries get
 * a retryable error and `/ready` says why.
 * @throws OperatorError when the address cannot be listened on, or an operation is not valid here.
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { clock, log, maxStalenessSeconds, explore, allowedOrigins, runners = () => [] } = options;
  const operations = options.operations && readOperations(options.operations, schema);
  const database = new Database(options.readDatabaseUrl ?? options.databaseUrl, (error) =>
    log.debug({ err: error }, "an idle connection was lost"),
  );
  const reports = new ReportPool(options.readDatabaseUrl ?? options.databaseUrl, (error) =>
    log.debug({ err: error }, "an idle connection was lost"),
  );
  const blocks = new EvidenceBlocks(options.evidence ?? (() => undefined), log);
  const checks = new GatheredChecks(database);
  const feeds = new Feeds({ databaseUrl: options.databaseUrl, database, clock, log, maxWatchers: options.maxWatchers });
  const { receiptKey } = options;
  const context = { database, checks, reports, blocks, feeds, clock, maxStalenessSeconds, receiptKey };
  const eventLoop = watchEventLoop();
  const watched = { ...context, runners, eventLoop, explore: explore && !options.access?.keys };
  const graphql = createGraphql({ context, explore, allowedOrigins, operations, log });
  const authzen = createAuthzen({ context, url: () => options.publicUrl ?? urlOf(server, options.host), log });
  const { access, databaseUrl } = options;
  const gate = access?.keys
    ? new Gate({ access, databaseUrl, database, graphqlPath: GRAPHQL_PATH, heldPaths: HELD_PATHS, clock, log })
    : undefined;
  const keyLimit = access?.rateLimit;
  const door = createDoor(options, keyLimit && gate && { ...keyLimit, keyOf: (request) => gate.keyOf(request) });

  const routes: readonly Route[] = [
    {
      at: (path) => path === GRAPHQL_PATH,
      answer: (request, response, asked) => answerGraphql(graphql, request, response, asked),
    },
    { at: authzen.serves, answer: authzen.answer },
    {
      at: isReportPath,
      answer: async (request, response) =>
        isForeignPage(request.headers, allowedOrigins ?? [])
          ? sendError(response, 403, "CROSS_SITE", "a page of another site asked for this report: open it yourself")
          : answerReports(context, request, response, log),
    },
  ];
  const { server, drain } = createDrainingServer((request, response) => {
    const path = pathOf(request);
    const route = routes.find(({ at }) => at(path));
    const answer = (asked: Asked): Promise<void> =>
      route?.answer(request, response, asked) ?? answerElsewhere(path, request, response, watched, log);
    if (authzen.serves(path)) identify(request, response);
    const refuse = authzen.serves(path) ? refuseByProblem : sendError;
    const enter = (admitted: boolean): Promise<void> | undefined => {
      if (!admitted) return undefined;
      return gate === undefined ? answer(OPEN) : gate.pass(path, request, response, answer, refuse);
    };
    const admitted = door(path, request, response, refuse);
    const answered = typeof admitted === "boolean" ? enter(admitted) : admitted.then(enter);
    answered?.catch((error) => {
      log.debug({ err: error }, "a connection ended in the middle of a request");
      response.destroy();
    });
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.timeout = SILENCE_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  try {
    await listen(server, options.host, options.port);
  } catch (error) {
    eventLoop.stop();
    await Promise.all([gate?.close(), database.close(), reports.close()]);
    throw new OperatorError(
      `the API cannot listen on ${options.host}:${options.port} (${explain(error)}): free the port or configure another`,
      { cause: error },
    );
  }
  const url = urlOf(server, options.host);
  log.info({ url: `${url}${GRAPHQL_PATH}` }, "the API answers");
  return {
    url,
    chains: () => readChains(database),
    pool: () => database.pool,
    watchers: () => feeds.watchers,
    feeds: async () =>
      new Map(
        (await readHorizons(database)).flatMap(({ chainId, reached }) => (reached ? [[chainId, reached.lastSeq]] : [])),
      ),
    questionsWaiting: () => gate?.questionsWaiting,
    async stop() {
      eventLoop.stop();
      // Who watches would keep a connection busy for ever.
      await Promise.all([feeds.stop(), drain()]);
      await Promise.all([gate?.close(), database.close(), reports.close()]);
    },
  };
}

/** The others are closed to institutions; access/gate.ts. */
const HELD_PATHS: ReadonlySet<string> = new Set([GRAPHQL_PATH, EVALUATION_PATH, EVALUATIONS_PATH]);

const OPEN: Asked = { context: { caller: ANYBODY } };

/** What is asked for at some paths, and by whom it is answered. Everything else is for `answerElsewhere`. */
interface Route {
  readonly at: (path: string) => boolean;
  readonly answer: (request: IncomingMessage, response: ServerResponse, asked: Asked) => Promise<void>;
}

/** Pages for people, else what is watched. */
async function answerElsewhere(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  pages: Pages,
  log: pino.Logger,
): Promise<void> {
  if (!(await answerPage(path, request, response, pages, log))) await answerOps(path, response, pages, log);
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
