import type { ChainWriter, Extension, PreparedExtension } from "./writer.ts";

/** Bytes of encoded rows that may wait or be on their way to the database. One more batch than fits is let in. */
const MAX_WAITING_BYTES = 6 << 20;

/**
 * Extensions of a chain, encoded as they come and written in their order behind it, so that reading, encoding and the
 * database's own work go on side by side. Bounded in bytes: who adds more than the database takes has to wait.
 */
export class WriteQueue {
  readonly #writer: ChainWriter;
  readonly #wrote: (seconds: number) => void;
  readonly #waiting: PreparedExtension[] = [];
  #bytes = 0;
  /** Ends when nothing waits any more. Its failure is met by whoever adds or drains next. */
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  /** Called whenever one was written, or failed. */
  #moved: () => void = () => {};

  /** @param wrote told how long each write took. */
  constructor(writer: ChainWriter, wrote: (seconds: number) => void = () => {}) {
    this.#writer = writer;
    this.#wrote = wrote;
  }

  /** Resolves when there is room for more. @throws what writing an earlier one, or encoding this one, threw. */
  async add(extension: Extension): Promise<void> {
    this.#assertSound();
    const prepared = this.#writer.prepare(extension);
    this.#waiting.push(prepared);
    this.#bytes += sizeOf(prepared);
    this.#writing ??= this.#write();
    while (this.#bytes > MAX_WAITING_BYTES && this.#failure === undefined)
      await new Promise<void>((resolve) => {
        this.#moved = resolve;
      });
    this.#assertSound();
  }

  /** Resolves when all is written. @throws what writing threw; nothing after that was written. */
  async drain(): Promise<void> {
    await this.#writing;
    this.#assertSound();
  }

  async #write(): Promise<void> {
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const began = performance.now();
        await this.#writer.write(next);
        this.#wrote((performance.now() - began) / 1000);
        this.#bytes -= sizeOf(next);
        this.#moved();
      }
    } catch (error) {
      this.#failure = { error };
      this.#waiting.length = 0;
    } finally {
      this.#writing = undefined;
      this.#moved();
    }
  }

  #assertSound(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

function sizeOf({ batch }: PreparedExtension): number {
  if (batch === undefined) return 0;
  const rows = batch.derived.map(({ created, changed }) => (created?.length ?? 0) + (changed?.length ?? 0));
  return rows.reduce((sum, bytes) => sum + bytes, batch.events.length);
}
