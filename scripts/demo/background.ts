import { type SpawnOptions, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { OperatorError } from "../../indexer/ops/errors.ts";
import { commandLine, identify } from "../setup/process.mjs";

/** Signals in the order in which a process is asked to end, each with the time it gets, in milliseconds. */
export type Ending = readonly (readonly [signal: NodeJS.Signals, waitMs: number])[];

export interface Background {
  readonly pid: number;
  /** Undefined while it runs, then how it ended. */
  readonly ended: () => string | undefined;
  stop(): Promise<void>;
  kill(): void;
}

export interface BackgroundOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** Its output, from this start on. */
  readonly logFile: string;
  readonly ending: Ending;
  readonly spawn?: SpawnOptions;
}

/**
 * Starts a server in a session of its own: Ctrl-C in the terminal must reach the indexer alone, which then ends its
 * servers in the right order. It survives us if we are killed; `endLeftover` finds it at the next start.
 */
export async function startInBackground(options: BackgroundOptions): Promise<Background> {
  const log = openSync(options.logFile, "w");
  const child = spawn(options.command, options.args, {
    ...options.spawn,
    detached: true,
    stdio: ["ignore", log, log],
  });
  let ended: string | undefined;
  const end = new Promise<void>((resolve) => {
    child.once("error", (error) => {
      ended = error.message;
      resolve();
    });
    child.once("exit", (code, signal) => {
      ended ??= signal ?? `exit code ${code}`;
      resolve();
    });
  });
  await new Promise((resolve) => child.once("spawn", resolve).once("error", resolve));
  closeSync(log);
  const pid = child.pid;
  if (pid === undefined) throw new OperatorError(`${options.command} could not be started: ${ended}`);
  return {
    pid,
    ended: () => ended,
    async stop() {
      for (const [signal, waitMs] of options.ending) {
        if (ended !== undefined) return;
        child.kill(signal);
        await Promise.race([end, sleep(waitMs, undefined, { ref: false })]);
      }
    },
    kill: () => void child.kill("SIGKILL"),
  };
}

/**
 * Ends the server of an earlier run that was killed. The first line of `pidFile` is its pid; a process counts as ours
 * only if its command line contains `mark`, since the pid may be somebody else's by now.
 * @returns whether there was one
 */
export async function endLeftover(pidFile: string, mark: string, ending: Ending): Promise<boolean> {
  const pid = readPid(pidFile);
  if (pid === undefined || !isAlive(pid) || !commandLine(pid).includes(mark)) return false;
  for (const [signal, waitMs] of ending) {
    if (!isAlive(pid)) break;
    process.kill(pid, signal);
    const deadline = Date.now() + waitMs;
    while (isAlive(pid) && Date.now() < deadline) await sleep(50);
  }
  return true;
}

const isAlive = (pid: number) => identify(pid) !== undefined;

function readPid(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, "utf8").split("\n")[0]);
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The last lines of a server's log, for the message that says it did not start. */
export function lastLines(logFile: string, count = 12): string {
  return readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-count).join("\n");
}
