/**
 * The indexer's chains as a process of their own, to be killed. Configured like any: GRANTLEDGER_CONFIG names the file.
 * Runs until SIGTERM; writes its log to standard output.
 *
 * Waits are shorter, so that back-offs and silent nodes cost a simulated world little: those of a tenth of a second or more
 * a fortieth of what they say, bounds of whole seconds for somebody's answer less than that, since a busy machine is not a
 * silent node. What happens in which order is left as it is.
 */
import { ChainRunner } from "../../../indexer/chainRunner.ts";
import { loadConfig } from "../../../indexer/config/config.ts";
import { createLogger } from "../../../indexer/ops/log.ts";

const isBound = (ms: number): boolean => ms >= 5_000 && ms % 1_000 === 0;
const shortened = (ms: number | undefined): number | undefined =>
  ms === undefined || ms < 100 ? ms : isBound(ms) ? ms / 4 : Math.max(20, ms / 40);
const { setTimeout: wait } = globalThis;
globalThis.setTimeout = Object.assign(
  (callback: (...args: unknown[]) => void, ms?: number, ...args: unknown[]) => wait(callback, shortened(ms), ...args),
  wait,
) as typeof setTimeout;
const bound = AbortSignal.timeout.bind(AbortSignal);
AbortSignal.timeout = (ms) => bound(Math.max(1_000, ms / 20));

const { database, chains, log } = loadConfig();
const databaseUrl = database?.url ?? "";
const logger = createLogger(log.level);
const runners = chains.map((chain) => new ChainRunner({ chain, databaseUrl, clock: Date.now, log: logger }));
process.once("SIGTERM", () => void Promise.all(runners.map((runner) => runner.stop())).then(() => process.exit(0)));
// Whoever started us is gone: a killed test run must leave nothing behind.
process.stdin.on("end", () => process.exit(1)).resume();
