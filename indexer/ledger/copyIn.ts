import type { Duplex } from "node:stream";
import type pg from "pg";

/** What of pg's connection a query of our own needs; its types leave it open. */
interface Connection {
  readonly stream: Duplex;
  query(text: string): void;
}

const LENGTH_BYTES = 4;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, LENGTH_BYTES]);

/** A COPY and its rows. */
export interface Copy {
  readonly sql: string;
  readonly rows: Buffer;
}

/**
 * COPYs whose rows are all there, sent right behind them: one round trip for all instead of two for each, and no stream in
 * between. A server that refuses one of them drops what follows it (PostgreSQL documentation, 54.2.6 "COPY Operations").
 */
class CopyIn implements pg.Submittable {
  readonly #text: string;
  readonly #copies: readonly Copy[];
  /** pg puts its timeout around it. */
  callback: (error?: unknown) => void;

  constructor(text: string, copies: readonly Copy[], callback: (error?: unknown) => void) {
    this.#text = text;
    this.#copies = copies;
    this.callback = callback;
  }

  submit(connection: pg.Connection): void {
    const { stream } = connection as unknown as Connection;
    stream.cork();
    (connection as unknown as Connection).query(this.#text);
    for (const { rows } of this.#copies) {
      const head = Buffer.from([0x64, 0, 0, 0, 0]);
      head.writeUInt32BE(rows.length + LENGTH_BYTES, 1);
      stream.write(head);
      stream.write(rows);
      stream.write(COPY_DONE);
    }
    stream.uncork();
  }

  handleCopyInResponse(): void {}

  handleCommandComplete(): void {}

  handleError(error: unknown): void {
    this.callback(error);
  }

  handleReadyForQuery(): void {
    this.callback();
  }
}

/**
 * Copies encoded rows in, one table after the other, in one transaction of their own if there is none. Bounded by the client's
 * `query_timeout`; the buffers are free again when it resolves.
 * @param before statements to be executed first, in the same round trip; without results.
 */
export function copyIn(client: pg.ClientBase, copies: readonly Copy[], before = ""): Promise<void> {
  const text = [before, ...copies.map(({ sql }) => sql)].filter((one) => one !== "").join("; ");
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(text, copies, (error) => (error ? reject(error) : resolve())));
  });
}
