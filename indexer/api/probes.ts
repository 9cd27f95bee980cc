import type { ServerResponse } from "node:http";
import type pino from "pino";
import { explain, RetryableError } from "../ops/errors.ts";
import { chainReport, readiness } from "../ops/health.ts";
import type { Context } from "./context.ts";
import { readChains } from "./read/chain.ts";
import { send, sendError, sendJson } from "./respond.ts";

/** What is not GraphQL: health, readiness, status, and a pointer for whoever opens the root. */

const POINTER = `Grantledger: who may read which credential, on every EVM chain.

  /graphql   the queries
  /status    the chains, and how far each is known
  /ready     whether answers can be relied on now
  /health    whether this process is alive
`;

export async function answerOps(
  path: string,
  response: ServerResponse,
  context: Context,
  log: pino.Logger,
): Promise<void> {
  try {
    switch (path) {
      case "/":
        return send(response, 200, "text/plain", POINTER);
      case "/health":
        return sendJson(response, 200, { status: "alive" });
      case "/ready": {
        const { ready, why } = readiness(
          await readChains(context.database),
          context.clock(),
          context.maxStalenessSeconds,
        );
        return sendJson(response, ready ? 200 : 503, { ready, why });
      }
      case "/status":
        return sendJson(response, 200, await readStatus(context));
      default:
        return sendError(response, 404, "NOT_FOUND", `nothing is at this path; the queries are at /graphql`);
    }
  } catch (error) {
    log.warn({ path, reason: explain(error) }, "the ledger cannot be read");
    if (path === "/ready") sendJson(response, 503, { ready: false, why: [whyUnread(error)] });
    else if (error instanceof RetryableError) sendError(response, 503, "RETRYABLE", whyUnread(error));
    else sendError(response, 500, "INTERNAL", whyUnread(error));
  }
}

const whyUnread = (error: unknown): string =>
  error instanceof RetryableError
    ? "the database does not answer"
    : "the database holds no ledger that this version can read; the log of the server says more";

async function readStatus({ database, clock, maxStalenessSeconds }: Context) {
  const now = clock();
  const chains = await readChains(database);
  return {
    time: new Date(now).toISOString(),
    ready: readiness(chains, now, maxStalenessSeconds).ready,
    chains: chains.map((chain) => chainReport(chain, now, maxStalenessSeconds)),
  };
}
