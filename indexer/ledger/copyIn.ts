import type { Duplex } from "node:stream";
import type pg from "pg";

/** What of pg's connection a query of our own needs; its types leave it open. */
interface Connection {
  readonly stream: Duplex;
  query(text: string): void;
}

const LENGTH_BYTES = 4;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, LENGTH_BYTES]);

/**
 * A COPY whose rows are all there, sent right behind it: one round trip instead of two and no stream in between. A server
 * that refuses the COPY drops the rows that follow it (PostgreSQL documentation, 54.2.6 "COPY Operations").
 */
class CopyIn implements pg.Submittable {
  readonly #text: string;
  readonly #rows: Buffer;
  /** pg puts its timeout around it. */
  callback: (error?: unknown) => void;

  constructor(text: string, rows: Buffer, callback: (error?: unknown) => void) {
    this.#text = text;
    this.#rows = rows;
    this.callback = callback;
  }

  submit(connection: pg.Connection): void {
    const { stream } = connection as unknown as Connection;
    const head = Buffer.from([0x64, 0, 0, 0, 0]);
    head.writeUInt32BE(this.#rows.length + LENGTH_BYTES, 1);
    stream.cork();
    (connection as unknown as Connection).query(this.#text);
    stream.write(head);
    stream.write(this.#rows);
    stream.write(COPY_DONE);
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

/** Copies encoded rows in. Bounded by the client's `query_timeout`; the buffer is free again when it resolves. */
export function copyIn(client: pg.ClientBase, sql: string, rows: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    client.query(new CopyIn(sql, rows, (error) => (error ? reject(error) : resolve())));
  });
}
