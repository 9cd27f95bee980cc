import { setTimeout as sleep } from "node:timers/promises";
import { explain } from "../../indexer/ops/errors.ts";
import { complain, say } from "../terminal/output.ts";

export interface Part {
  /** For people; a part without a name ends without a word. */
  readonly name?: string;
  stop(): Promise<void>;
  /** Ends it at once, whatever it is doing. */
  kill?(): void;
}

/** What has been started, to be ended in the opposite order. */
export class Running {
  readonly #parts: Part[] = [];

  add(part: Part): void {
    this.#parts.push(part);
  }

  /**
   * Ends everything, each part within `boundMs`: one that hangs must not keep the others alive.
   * @returns whether everything ended as it should
   */
  async stop(boundMs: number): Promise<boolean> {
    let clean = true;
    for (let part = this.#parts.at(-1); part !== undefined; part = this.#parts.at(-1)) {
      const { name } = part;
      const began = performance.now();
      try {
        await within(boundMs, part.stop());
        if (name !== undefined) say(`  stopped ${name} (${Math.round(performance.now() - began)} ms)`);
      } catch (error) {
        clean = false;
        complain(`  ${name ?? "a part"}: ${explain(error)}`);
        part.kill?.();
      }
      this.#parts.pop();
    }
    return clean;
  }

  /** For somebody who does not want to wait any longer. */
  kill(): void {
    for (const part of this.#parts.splice(0)) part.kill?.();
  }
}

async function within(boundMs: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const late = sleep(boundMs, true, { signal: timer.signal }).catch(() => false);
  try {
    if (await Promise.race([work.then(() => false), late])) throw new Error(`did not stop within ${boundMs / 1000} s`);
  } finally {
    timer.abort();
  }
}
