/**
 * `npm start`: follows the configured chains into the configured database and serves the API. What is not configured is
 * provided: a PostgreSQL, or two local chains with a story on them.
 */
import { type Config, loadConfig } from "../indexer/config/config.ts";
import { startIndexer } from "../indexer/indexer.ts";
import { explain, OperatorError } from "../indexer/ops/errors.ts";
import { createLogger } from "../indexer/ops/log.ts";
import { Running } from "./demo/running.ts";
import { complain, say } from "./terminal/output.ts";
import { listenForStop } from "./terminal/stopRequest.ts";

/** Ten seconds in the usual case of one part that hangs. */
const STOP_WITHIN_MS = 10_000;

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
  // What only a demonstration needs is not waited for by an operator.
  const { demonstrate } = await import("./demo/demonstrate.ts");
  await demonstrate(config, { running, stop: request.signal, unlessStopped });
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

async function stopAll(): Promise<boolean> {
  if (request.signal.aborted) say("\nStopping (Ctrl-C once more to end at once)");
  return running.stop(STOP_WITHIN_MS);
}

function report(error: unknown): void {
  if (error instanceof OperatorError) complain(`\n${explain(error)}`);
  else complain(`\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}
