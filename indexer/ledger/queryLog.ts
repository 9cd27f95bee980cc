import type pg from "pg";
import { OperatorError, RetryableError } from "../ops/errors.ts";
import { timestamptz } from "./cursor.ts";
import { databaseError } from "./databaseError.ts";

/**
 * Writes what was asked with keys. A question is answered after its row is committed, or not at all: a log that drops what
 * it cannot write proves nothing. So what does not fit the bounded queue and what the database refuses is refused to who asks.
 *
 * While one batch is committed the next one gathers, so that a commit carries as many rows as came during the one before:
 * the log costs each answer the wait for a commit, and the server one statement per commit whatever the load.
 */

export interface LoggedQuestion {
  /** Milliseconds since the unix epoch. */
  readonly askedAt: number;
  readonly keyId: number;
  /** Method and target. */
  readonly request: string;
  readonly body: Buffer | null;
  /** Of the answer; null where it is recorded before it is answered. */
  readonly status: number | null;
  /** JSON of what was seen of each chain. */
  readonly seen: string;
}

/** A row of the batch more than this waits for the next one. */
const MAX_BATCH = 500;
/** What may wait: seconds' worth of questions, and of large bodies what memory has room for. */
const MAX_WAITING = 10_000;
const MAX_WAITING_BYTES = 64_000_000;
/** What a row takes beside its body, about. */
const ROW_BYTES = 500;

const INSERT = {
  name: "log_queries",
  text: `INSERT INTO query_log (asked_at, key_id, request, body, status, seen)
         SELECT * FROM unnest($1::timestamptz[], $2::integer[], $3::text[], $4::bytea[], $5::smallint[], $6::jsonb[])`,
};

interface Waiting {
  readonly question: LoggedQuestion;
  readonly bytes: number;
  readonly written: () => void;
  readonly refused: (error: unknown) => void;
}

export class QueryLog {
  readonly #pool: Pick<pg.Pool, "query">;
  readonly #insertOnly: boolean;
  readonly #onError: (error: unknown) => void;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #looked = false;

  /**
   * @param pool of the primary.
   * @param options.insertOnly whether the pool's role must not be able to do more to the log than add to it.
   * @param options.onError told of each batch that was not written.
   */
  constructor(
    pool: Pick<pg.Pool, "query">,
    options: { readonly insertOnly: boolean; readonly onError: (error: unknown) => void },
  ) {
    this.#pool = pool;
    this.#insertOnly = options.insertOnly;
    this.#onError = options.onError;
  }

  /**
   * Resolves when the question is committed.
   * @throws RetryableError when it is not, or not known to be.
   */
  write(question: LoggedQuestion): Promise<void> {
    const bytes = ROW_BYTES + question.request.length + (question.body?.length ?? 0);
    if (this.#waiting.length >= MAX_WAITING || this.#waitingBytes + bytes > MAX_WAITING_BYTES)
      return Promise.reject(new RetryableError("the log of queries cannot keep up"));
    return new Promise((written, refused) => {
      this.#waiting.push({ question, bytes, written, refused });
      this.#waitingBytes += bytes;
      this.#writing ??= this.#drain();
    });
  }

  /** Questions that wait for the batch that is being written. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Waits for what is under way. */
  async close(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    // What comes in the same turn of the event loop goes together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      for (const { bytes } of batch) this.#waitingBytes -= bytes;
      try {
        await this.#look();
        await this.#insert(batch.map(({ question }) => question));
        for (const { written } of batch) written();
      } catch (error) {
        this.#onError(error);
        const cause = databaseError(error);
        for (const { refused } of batch) refused(new RetryableError("the log of queries was not written", { cause }));
      }
    }
    this.#writing = undefined;
  }

  async #insert(batch: readonly LoggedQuestion[]): Promise<void> {
    await this.#pool.query({
      ...INSERT,
      values: [
        batch.map(({ askedAt }) => timestamptz(BigInt(Math.round(askedAt * 1000)))),
        batch.map(({ keyId }) => keyId),
        batch.map(({ request }) => request),
        batch.map(({ body }) => body),
        batch.map(({ status }) => status),
        batch.map(({ seen }) => seen),
      ],
    });
  }

  /** Once: a role that was said to be able to insert alone is. */
  async #look(): Promise<void> {
    if (!this.#insertOnly || this.#looked) return;
    const { rows } = await this.#pool.query<{ more: boolean }>(
      "SELECT has_table_privilege('query_log', 'UPDATE, DELETE, TRUNCATE') AS more",
    );
    if (rows[0]?.more !== false)
      throw new OperatorError(
        "the role of access.logUrl can change what was logged: give it INSERT on query_log and USAGE on query_log_seq_seq alone",
      );
    this.#looked = true;
  }
}
