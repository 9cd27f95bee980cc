/**
 * The indexer's chains as a process of their own, to be killed. Configured like any: GRANTLEDGER_CONFIG names the file.
 * Runs until SIGTERM; writes its log to standard output.
 *
 * Every wait of a tenth of a second or more lasts a fortieth of what it says, so that back-offs and silent nodes cost a
 * simulated world little; what happens in which order is left as it is.
 */
import { ChainRunner } from "../../../indexer/chainRunner.ts";
import { loadConfig } from "../../../indexer/config/config.ts";
import { createLogger } from "../../../indexer/ops/log.ts";

const FASTER = 40;
const shortened = (ms: number | undefined): number | undefined =>
  ms === undefined || ms < 100 ? ms : Math.max(20, ms / FASTER);
const { setTimeout: wait } = globalThis;
globalThis.setTimeout = Object.assign(
  (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => wait(callback, shortened(ms), ...args),
  wait,
) as typeof setTimeout;
const bound = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => bound(Math.max(500, ms / FASTER));

const { database, chains, log } = loadConfig();
const databaseUrl = database?.url ?? "";
const logger = createLogger(log.level);
const runners = chains.map((chain) => new ChainRunner({ chain, databaseUrl, clock: Date.now, log: logger }));
process.once("SIGTERM", () => void Promise.all(runners.map((runner) => runner.stop())).then(() => process.exit(0)));
// Whoever started us is gone: a killed test run must leave nothing behind.
process.stdin.on("end", () => process.exit(1)).resume();
