import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The indexer of a world as a process (process.ts). */
export class IndexerProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  /** The newest of what it logged. */
  #output = "";

  constructor(configFile: string, environment: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(process.execPath, [PROGRAM], {
      stdio: ["pipe", "pipe", "pipe"],
      env: {
        ...process.env,
        GRANTLEDGER_CONFIG: configFile,
        NODE_ENV: "test",
        NODE_COMPILE_CACHE: COMPILED,
        ...environment,
      },
    });
    running.add(this.#child);
    this.#exited = once(this.#child, "exit").finally(() => running.delete(this.#child));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.on("data", (text) => {
        this.#output = `${this.#output}${text}`.slice(-20_000);
      });
  }

  get output(): string {
    return this.#output;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** SIGKILL: no handler runs, nothing is finished. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** SIGTERM: finishes what is under way. */
  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.alive) this.#child.kill(signal);
    await this.#exited;
  }
}

/** Compiled once for the many processes of a run. */
const COMPILED = join(tmpdir(), "grantledger-simulation-compiled");
const PROGRAM = fileURLToPath(new URL("./process.ts", import.meta.url));

/** A failed world leaves no indexer behind. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
