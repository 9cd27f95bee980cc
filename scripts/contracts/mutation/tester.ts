/** The process that tests mutants, seen from outside: ended and begun anew where a mutant never ends. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Mutant } from "./mutants.ts";
import type { Depth } from "./solidityTests.ts";
import type { Request, Verdict } from "./worker.ts";

export type TesterVerdict = Verdict | "timeout";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));
/** Many times what all tests take on a busy machine. Endless loops end sooner, for want of gas. */
const TIMEOUT_MS = 20 * 60_000;
/** Compiling all tests takes minutes of a processor, which a busy machine has few of. */
const BUILD_TIMEOUT_MS = 60 * 60_000;

export class Tester {
  readonly #project: string;
  #worker: ChildProcess | undefined;

  constructor(project: string) {
    this.#project = project;
  }

  async judge(mutant: Mutant, depth: Depth): Promise<TesterVerdict> {
    return this.#ask({ mutant, depth });
  }

  async passUnchanged(depth: Depth): Promise<boolean> {
    return (await this.#ask({ depth })) === "survived";
  }

  end(): void {
    this.#worker?.kill("SIGKILL");
    this.#worker = undefined;
  }

  async #ask(request: Request): Promise<TesterVerdict> {
    const worker = this.#worker ?? (await this.#start());
    this.#worker = worker;
    worker.send(request);
    const answer = (await nextMessage(worker)) as { verdict: Verdict } | undefined;
    if (answer === undefined) this.end();
    return answer?.verdict ?? "timeout";
  }

  async #start(): Promise<ChildProcess> {
    // What Hardhat prints about tests that fail on purpose helps nobody.
    const worker = fork(WORKER, { cwd: this.#project, stdio: ["ignore", "ignore", "inherit", "ipc"] });
    if ((await nextMessage(worker, BUILD_TIMEOUT_MS)) === undefined)
      throw new Error("The tests were not built in an hour.");
    return worker;
  }
}

/** Undefined if none comes in time. */
async function nextMessage(worker: ChildProcess, timeout = TIMEOUT_MS): Promise<unknown> {
  const settled = new AbortController();
  const { signal } = settled;
  const message = once(worker, "message", { signal }).then(([first]: unknown[]) => first);
  const ended = once(worker, "exit", { signal }).then(([code]: unknown[]) => {
    throw new Error(`The process that tests mutants ended with ${code}.`);
  });
  const late = sleep(timeout, undefined, { signal });
  try {
    return await Promise.race([message, ended, late]);
  } finally {
    settled.abort();
    // What lost the race is aborted, which is no failure.
    await Promise.allSettled([message, ended, late]);
  }
}
