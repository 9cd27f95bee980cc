/**
 * `npm start`: follows the configured chains into the configured database and serves the API. What is not configured is
 * provided: a PostgreSQL, or two local chains with a story on them.
 */
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pino } from "pino";
import { type Config, loadConfig } from "../indexer/config/config.ts";
import { startIndexer } from "../indexer/indexer.ts";
import { explain, OperatorError } from "../indexer/ops/errors.ts";
import { createLogger } from "../indexer/ops/log.ts";
import { LedgerView } from "./demo/ledger.ts";
import { freePort } from "./demo/ports.ts";
import { provide } from "./demo/provide.ts";
import { Running } from "./demo/running.ts";
import { StatusDisplay } from "./demo/status.ts";
import { open } from "./demo/story/acts.ts";
import { castOf } from "./demo/story/cast.ts";
import { tellStory } from "./demo/story/story.ts";
import type { Telling } from "./demo/story/telling.ts";
import { untilIndexed, type Watch, watch } from "./demo/watch.ts";
import { type Lock, tryLock } from "./setup/lock.mjs";
import { complain, say } from "./terminal/output.ts";
import { listenForStop } from "./terminal/stopRequest.ts";

/** Ten seconds in the usual case of one part that hangs. */
const STOP_WITHIN_MS = 10_000;

const folder = resolve(".grantledger");
const running = new Running();
const request = listenForStop(() => {
  running.kill();
  process.exit(1);
});
let failure: unknown;
const fail = (error: unknown): void => {
  failure ??= error;
  request.stop();
};
process.on("uncaughtException", fail);

try {
  await main(loadConfig());
} catch (error) {
  if (!request.signal.aborted) failure = error;
}
const clean = await stopAll();
if (failure !== undefined) report(failure);
process.exit(failure === undefined && clean ? 0 : 1);

async function main(config: Config): Promise<void> {
  if (config.database !== undefined && config.chains.length > 0) return await serve(config, config.database.url);
  const lock = lockFolder();
  // The first to be added is the last to be stopped.
  running.add({ stop: async () => lock.release() });
  const { databaseUrl, chains, local } = await provide(config, folder, running, request.signal);
  const api = { ...config.api, port: await freePort("the API", config.api.port), explore: true };
  const logFile = join(folder, "indexer.log");
  const log = createLogger(config.log, pino.destination({ dest: logFile, append: false }));
  say(`Starting the indexer, which logs to ${logFile}`);
  const { database, access, metrics, webhooks, receiptKey } = config;
  const readDatabaseUrl = database?.readUrl;
  const indexer = await unlessStopped(
    startIndexer({ databaseUrl, readDatabaseUrl, chains, api, access, metrics, webhooks, receiptKey, log }),
  );
  running.add({ name: "the indexer", stop: () => indexer.stop() });
  const ledger = new LedgerView(databaseUrl);
  running.add({ stop: () => ledger.close() });
  const display = new StatusDisplay();
  const view: Watch = { indexer, ledger, display, stop: request.signal };

  const [a, b] = local;
  if (a === undefined || b === undefined) return await watch(view, undefined);
  const telling: Telling = {
    cast: await castOf(a.provider),
    chains: [a, b],
    tell: (chain, sentence) => display.tell(`${chain.name}: ${sentence}`),
    untilIndexed: (chain, block) => untilIndexed(view, chain, block),
    stop: request.signal,
  };
  say("Waiting for the first grants to be mined and indexed");
  const opening = await unlessStopped(open(telling));
  await unlessStopped(Promise.all([watch(view, opening.ana), tellStory(telling, opening)]));
}

/** Everything is the operator's own: structured logs on the terminal, and nothing else. */
async function serve(config: Config, databaseUrl: string): Promise<void> {
  const { database, chains, api, access, metrics, webhooks, receiptKey } = config;
  const readDatabaseUrl = database?.readUrl;
  const log = createLogger(config.log);
  const indexer = await unlessStopped(
    startIndexer({ databaseUrl, readDatabaseUrl, chains, api, access, metrics, webhooks, receiptKey, log }),
  );
  running.add({ name: "the indexer", stop: () => indexer.stop() });
  await unlessStopped(new Promise<never>(() => {}));
}

/** Waits for what lives in this process alone and may end with it: nothing has to be put away before stopping. */
async function unlessStopped<T>(work: Promise<T>): Promise<T> {
  const { signal } = request;
  const stopped = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, stopped]);
}

function lockFolder(): Lock {
  mkdirSync(folder, { recursive: true });
  const { held, holder } = tryLock(join(folder, "start.lock"));
  if (held !== undefined) return held;
  throw new OperatorError(
    `\`npm start\` is already running in this folder (process ${holder}): use that one, or stop it first`,
  );
}

async function stopAll(): Promise<boolean> {
  if (request.signal.aborted) say("\nStopping (Ctrl-C once more to end at once)");
  return running.stop(STOP_WITHIN_MS);
}

function report(error: unknown): void {
  if (error instanceof OperatorError) complain(`\n${explain(error)}`);
  else complain(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}
