import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./feedProcess.ts", import.meta.url));

/** An API in a process of its own that can be killed and started again, each time at another address. */
export class FeedServer {
  readonly #databaseUrl: string;
  #child: ChildProcess | undefined;
  #url: string | undefined;

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
  }

  /** Undefined while it does not run. */
  get url(): string | undefined {
    return this.#url;
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [SCRIPT, this.#databaseUrl], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child = child;
    const lines = createInterface(child.stdout);
    const [line] = await Promise.race([once(lines, "line"), once(child, "exit").then(() => [undefined])]);
    if (typeof line !== "string") throw new Error("the server ended before it answered");
    this.#url = line;
  }

  /** SIGKILL: no handler runs, nothing is finished. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#url = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
}
