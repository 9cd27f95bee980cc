import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Traffic } from "./traffic.ts";

/** An indexer in a process of its own (indexerProcess.ts). */
export interface IndexerChild {
  readonly output: readonly string[];
  alive(): boolean;
  /** SIGKILL: no handler runs, nothing is finished. */
  kill(): Promise<void>;
  /** SIGTERM: finishes what is under way. */
  stop(): Promise<void>;
}

/** A failed test leaves no indexer behind, which would keep the test's process waiting. */
const running = new Set<ChildProcess>();
export const killChildren = (): void => {
  for (const child of running) child.kill("SIGKILL");
};

const script = (name: string): string => fileURLToPath(new URL(`./${name}`, import.meta.url));

export interface ChildOptions {
  readonly rpc?: readonly string[];
  /** The point of its write path at which it is to end (endPoints.ts); 0 to count the points only. */
  readonly endAt?: number;
}

export function startChild(databaseUrl: string, traffic: Traffic, options: ChildOptions = {}): IndexerChild {
  const { rpc = [traffic.anvil.url], endAt } = options;
  const name = endAt === undefined ? "indexerProcess.ts" : "endingProcess.ts";
  const chain = {
    chainId: Number(traffic.anvil.chainId),
    rpc,
    address: traffic.address,
    startBlock: traffic.startBlock,
  };
  const child: ChildProcess = spawn(process.execPath, [script(name), databaseUrl, JSON.stringify(chain)], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, END_AT: String(endAt ?? 0) },
  });
  running.add(child);
  const exited = once(child, "exit").finally(() => running.delete(child));
  const output: string[] = [];
  child.stdout?.on("data", (text) => output.push(String(text)));
  child.stderr?.on("data", (text) => output.push(String(text)));
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (alive()) child.kill(signal);
    await exited;
  };
  return { output, alive, kill: () => end("SIGKILL"), stop: () => end("SIGTERM") };
}
