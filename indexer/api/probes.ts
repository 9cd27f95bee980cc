import type { ServerResponse } from "node:http";
import type pino from "pino";
import { explain, RetryableError } from "../ops/errors.ts";
import { type EventLoop, STALLED_MS } from "../ops/eventLoop.ts";
import { chainReport, readiness } from "../ops/health.ts";
import { notBegun, type RunnerReport, runnerStatus } from "../ops/runnerReport.ts";
import type { Context } from "./context.ts";
import { readChains } from "./read/chain.ts";
import { send, sendError, sendJson } from "./respond.ts";

/** What is not GraphQL: health, readiness, status, and a pointer for whoever opens the root. */

const POINTER = `Grantledger: who may read which credential, on every EVM chain.

  /graphql   the queries; /schema.graphql says which
  /reports   who could read what, as files
  /status    the chains, and how far each is known
  /ready     whether answers can be relied on now
  /health    whether this process is alive
`;

/** What is watched: the ledger, and this process. */
export interface Watched extends Pick<Context, "database" | "clock" | "maxStalenessSeconds"> {
  readonly runners: () => readonly RunnerReport[];
  readonly eventLoop: Pick<EventLoop, "medianDelayMs">;
}

export async function answerOps(
  path: string,
  response: ServerResponse,
  watched: Watched,
  log: pino.Logger,
): Promise<void> {
  try {
    switch (path) {
      case "/":
        return send(response, 200, "text/plain", POINTER);
      case "/health":
        return answerHealth(response, watched);
      case "/ready": {
        const { ready, why } = await readReadiness(watched);
        return sendJson(response, ready ? 200 : 503, { ready, why });
      }
      case "/status":
        // For people as well, who have no tool at hand that would lay it out.
        return send(response, 200, "application/json", `${JSON.stringify(await readStatus(watched), null, 2)}\n`);
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

/** In words for whoever asked; the log has the error itself. */
export const whyUnread = (error: unknown): string =>
  error instanceof RetryableError
    ? "the database does not answer"
    : "the database holds no ledger that this version can read; the log of the server says more";

function answerHealth(response: ServerResponse, { eventLoop }: Watched): void {
  const delay = Math.round(eventLoop.medianDelayMs());
  if (delay <= STALLED_MS) sendJson(response, 200, { status: "alive" });
  else
    sendJson(response, 503, { status: "stalled", why: `the event loop is ${delay} ms late, half of the time or more` });
}

async function readReadiness({ database, clock, maxStalenessSeconds, runners }: Watched) {
  const chains = await readChains(database);
  const missing = notBegun(runners(), chains);
  const { ready, why } = readiness(chains, clock(), maxStalenessSeconds);
  // "No chain" says less than which ones are missing.
  const known = chains.length === 0 && missing.length > 0 ? [] : why;
  return { chains, ready: ready && missing.length === 0, why: [...known, ...missing] };
}

/** @throws RetryableError when the database does not answer. */
export async function readStatus(watched: Watched) {
  const { clock, maxStalenessSeconds } = watched;
  const { chains, ready, why } = await readReadiness(watched);
  const now = clock();
  const runners = watched.runners();
  const following = (chainId: bigint) => {
    const runner = runners.find((one) => one.chainId === chainId);
    return runner === undefined ? null : runnerStatus(runner);
  };
  return {
    time: new Date(now).toISOString(),
    ready,
    why,
    chains: chains.map((chain) => ({
      ...chainReport(chain, now, maxStalenessSeconds),
      runner: following(chain.chainId),
    })),
  };
}
