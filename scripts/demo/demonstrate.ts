import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pino } from "pino";
import type { Config } from "../../indexer/config/config.ts";
import { startIndexer } from "../../indexer/indexer.ts";
import { OperatorError } from "../../indexer/ops/errors.ts";
import { createLogger } from "../../indexer/ops/log.ts";
import { type Lock, tryLock } from "../setup/lock.mjs";
import { say } from "../terminal/output.ts";
import { LedgerView } from "./ledger.ts";
import { freePort } from "./ports.ts";
import { provide } from "./provide.ts";
import type { Running } from "./running.ts";
import { StatusDisplay } from "./status.ts";
import { open } from "./story/acts.ts";
import { castOf } from "./story/cast.ts";
import { tellStory } from "./story/story.ts";
import type { Telling } from "./story/telling.ts";
import { untilIndexed, type Watch, watch } from "./watch.ts";

const folder = resolve(".grantledger");

/** The process that a demonstration runs in. */
interface Stage {
  readonly running: Running;
  readonly stop: AbortSignal;
  unlessStopped<T>(work: Promise<T>): Promise<T>;
}

/** Everything that is not configured is provided, and a line tells how far the chains are. Goes on until it is stopped. */
export async function demonstrate(config: Config, { running, stop, unlessStopped }: Stage): Promise<void> {
  const lock = lockFolder();
  // The first to be added is the last to be stopped.
  running.add({ stop: async () => lock.release() });
  const { databaseUrl, chains, local } = await provide(config, folder, running, stop);
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
  const view: Watch = { indexer, ledger, display, stop };

  const [a, b] = local;
  if (a === undefined || b === undefined) return await watch(view, undefined);
  const telling: Telling = {
    cast: await castOf(a.provider),
    chains: [a, b],
    tell: (chain, sentence) => display.tell(`${chain.name}: ${sentence}`),
    untilIndexed: (chain, block) => untilIndexed(view, chain, block),
    stop,
  };
  say("Waiting for the first grants to be mined and indexed");
  const opening = await unlessStopped(open(telling));
  await unlessStopped(Promise.all([watch(view, opening.ana), tellStory(telling, opening)]));
}

function lockFolder(): Lock {
  mkdirSync(folder, { recursive: true });
  const { held, holder } = tryLock(join(folder, "start.lock"));
  if (held !== undefined) return held;
  throw new OperatorError(
    `\`npm start\` is already running in this folder (process ${holder}): use that one, or stop it first`,
  );
}
