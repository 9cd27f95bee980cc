import type pg from "pg";
import type { Clock } from "../ops/clock.ts";
import { DEFENCES } from "../ops/defences.ts";
import { BugError } from "../ops/errors.ts";
import type { Header } from "../rpc/answers.ts";
import type { TimedLog } from "../sync/attach.ts";
import type { ChainView } from "../sync/follow.ts";
import { linksTo } from "../sync/window.ts";
import { type Batch, type Contracts, contractsByAddress, encodeBatch, releaseBatch } from "./batch.ts";
import { tryLockChain } from "./chainLock.ts";
import { type Cursor, countEvents, readWindow, type StoredBlock, timestamptz } from "./cursor.ts";
import { DatabaseAwayError, databaseError } from "./databaseError.ts";
import type { Learned } from "./eventRows.ts";
import { retractAbove } from "./fallBack.ts";
import { type HeldChainError, readHold, WRITABLE } from "./heldChain.ts";
import { remember } from "./knowledge.ts";
import { ALL_LATE_INDEXES, buildLateIndexes, dropLateIndexes, holdLateIndexes } from "./lateIndexes.ts";
import { type ChainIdentity, registerChain } from "./register.ts";
import { prepareSession, writeBatch } from "./writeLogs.ts";
import { type ConnectionOptions, connectWriter, leave, rollBack } from "./writerConnection.ts";

/** Blocks that follow the cursor, each linked to the one before, with all logs of our contracts in them, in order. */
export interface Extension {
  readonly headers: readonly Header[];
  readonly logs: readonly TimedLog[];
  readonly view: ChainView;
  /** Only the headers of blocks with logs, and the newest one: of final history, which is not linked. */
  readonly leap?: true | undefined;
}

/** An extension as the rows it becomes, numbered: made by one writer, to be written by it next. */
export interface PreparedExtension {
  readonly headers: readonly Header[];
  readonly leap: true | undefined;
  readonly view: ChainView;
  /** Undefined when there are no events. */
  readonly batch: Batch | undefined;
  /** Of the first event, if there is one. */
  readonly first: Learned;
  readonly lastSeq: bigint;
}

export interface WriterOptions extends ChainIdentity, ConnectionOptions {
  readonly clock: Clock;
}

const micros = (millis: number): bigint => BigInt(Math.trunc(millis)) * 1000n;

/**
 * While history is read, a commit need not wait for the disk. A server that crashes then forgets the last of them whole,
 * cursor and all, and they are read again; no answer rested on a chain in BACKFILL. The commit that makes it LIVE waits,
 * and the log of writes before it is on disk with it.
 */
const UNHURRIED_SQL = "SET LOCAL synchronous_commit = off";

/**
 * The one writer of one chain. Events, derived rows, headers and cursor move in one transaction, or none of them does.
 * The lock lives as long as its connection: a process that dies or loses the connection loses the right to write.
 *
 * After any error the writer is of no more use: close it and open another, which starts from what is stored.
 */
export class ChainWriter {
  readonly #client: pg.Client;
  readonly #chainId: bigint;
  readonly #contracts: Contracts;
  readonly #clock: Clock;
  #cursor: Cursor;
  /** Where the cursor will be when all that was prepared is written. */
  #prepared: Pick<Cursor, "lastSeq" | "knownAt">;
  /** The indexes that answers need are known to be there. */
  #indexed = false;
  /** Another connection of the same kind. */
  readonly #connect: () => Promise<pg.Client>;

  private constructor(client: pg.Client, options: WriterOptions, cursor: Cursor) {
    this.#client = client;
    this.#chainId = options.chainId;
    this.#contracts = contractsByAddress(options.contracts);
    this.#clock = options.clock;
    this.#cursor = cursor;
    this.#prepared = cursor;
    this.#connect = () => connectWriter(options);
  }

  /**
   * Connects, takes the chain's lock and reads the cursor.
   * @returns undefined when another process is the writer now.
   * @throws OperatorError when the ledger was filled for other contracts than these.
   */
  static async open(options: WriterOptions): Promise<ChainWriter | undefined> {
    const client = await connectWriter(options);
    try {
      if (!(await tryLockChain(client, options.chainId))) {
        await leave(client);
        return undefined;
      }
      const cursor = await registerChain(client, options, micros(options.clock()));
      await prepareSession(client);
      return new ChainWriter(client, options, cursor);
    } catch (error) {
      await leave(client);
      throw databaseError(error);
    }
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  /** Why nothing may be written until an operator decides; undefined when there is no such reason. */
  hold(): Promise<HeldChainError | undefined> {
    return this.#attempt(() => readHold(this.#client, this.#chainId));
  }

  window(): Promise<StoredBlock[]> {
    return this.#attempt(() => readWindow(this.#client, this.#chainId));
  }

  /** How many live events each block above `number` has, of those that have any. */
  eventCounts(number: bigint): Promise<Map<bigint, number>> {
    return this.#attempt(() => countEvents(this.#client, this.#chainId, number));
  }

  /**
   * Encodes blocks that follow those prepared before. Needs no database, so that it can be done while those are being
   * written; what is prepared is written in this order, and nothing else in between.
   * @throws HiddenEventError when the changes of a thing are not complete in themselves.
   */
  prepare({ headers, logs, view, leap }: Extension): PreparedExtension {
    const first = { chainId: this.#chainId, seq: this.#prepared.lastSeq + 1n, at: this.#moment() };
    const batch = logs.length === 0 ? undefined : encodeBatch(this.#contracts, logs, first);
    const lastSeq = this.#prepared.lastSeq + BigInt(logs.length);
    this.#prepared = { lastSeq, knownAt: first.at };
    return { headers, leap, view, batch, first, lastSeq };
  }

  /** Adds blocks after the cursor. */
  async append(extension: Extension): Promise<void> {
    return this.write(this.prepare(extension));
  }

  /** Adds what was prepared after the cursor. */
  async write({ headers, leap, view, batch, first, lastSeq }: PreparedExtension): Promise<void> {
    const newest = headers.at(-1);
    if (newest === undefined) throw new BugError("append: no blocks");
    const indexed = this.#cursor.indexed;
    const [oldest] = headers;
    if (indexed !== undefined && oldest !== undefined)
      if (oldest.number !== indexed.number + 1n || !linksTo(oldest, indexed))
        throw new BugError(`append: block ${oldest.number} does not link to the cursor's block ${indexed.number}`);
    if (first.seq !== this.#cursor.lastSeq + 1n)
      throw new BugError(`append: events from ${first.seq} on were prepared, ${this.#cursor.lastSeq} are stored`);

    await this.#prepareIndexes(view, batch);
    await this.#beginWith(
      async (begin, knownAt, now) => {
        const opening = view.caughtUp ? begin : [begin, UNHURRIED_SQL].filter((one) => one !== "").join("; ");
        if (batch !== undefined) await writeBatch(this.#client, batch, first, opening);
        else if (opening !== "") await this.#client.query(opening);
        if (!DEFENCES.oneTransaction) await this.#client.query("COMMIT; BEGIN");
        await this.#writeHeaders(leap ? [newest] : headers, view);
        const cursor = {
          ...this.#cursor,
          indexed: { number: newest.number, hash: newest.hash, time: newest.time },
          lastSeq,
          knownAt,
        };
        return this.#writeChain(cursor, view, now);
      },
      first.at,
      view.caughtUp,
    );
    if (batch !== undefined) releaseBatch(batch);
  }

  /** Records what the node says now, with no new block: its head and how final our blocks have become. */
  async confirm(view: ChainView): Promise<void> {
    await this.#prepareIndexes(view);
    return this.#transaction(
      async (knownAt, now) => this.#writeChain({ ...this.#cursor, knownAt }, view, now),
      undefined,
      view.caughtUp,
    );
  }

  /**
   * Drops the blocks above `ancestor`: their events are marked retracted, what followed from them falls back to what is left. Until the
   * new branch is in, no answer rests on this chain.
   * @returns how many events were retracted.
   */
  async rollback(ancestor: StoredBlock): Promise<number> {
    const { indexed, finalizedNumber } = this.#cursor;
    if (indexed === undefined || ancestor.number >= indexed.number)
      throw new BugError(`rollback to ${ancestor.number}: the cursor is at ${indexed?.number ?? "nothing"}`);
    if (finalizedNumber !== undefined && ancestor.number < finalizedNumber)
      throw new BugError(`rollback to ${ancestor.number}: block ${finalizedNumber} is final`);

    await this.#buildIndexes();
    let retracted = 0;
    await this.#transaction(async (knownAt) => {
      const at = timestamptz(knownAt);
      retracted = await retractAbove(this.#client, this.#contracts, this.#chainId, ancestor.number, at);
      await this.#client.query("DELETE FROM block WHERE chain_id = $1 AND number > $2", [
        this.#chainId,
        ancestor.number,
      ]);
      await this.#client.query(
        `INSERT INTO reorg (chain_id, detected_at, from_number, from_hash, ancestor_number, ancestor_hash, retracted_events)
         VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [this.#chainId, at, indexed.number, indexed.hash, ancestor.number, ancestor.hash, retracted],
      );
      const cursor = {
        ...this.#cursor,
        indexed: { number: ancestor.number, hash: ancestor.hash, time: ancestor.time },
        knownAt,
      };
      const moved = await this.#client.query(
        `UPDATE chain SET indexed_number = $2, indexed_hash = $3, indexed_time = $4, known_at = $5,
                safe_number = LEAST(safe_number, $2), status = 'BACKFILL' WHERE chain_id = $1 AND ${WRITABLE}`,
        [this.#chainId, ancestor.number, ancestor.hash, ancestor.time, at],
      );
      if (moved.rowCount !== 1) throw await this.#refusal();
      return cursor;
    });
    return retracted;
  }

  /** Marks the chain as contradicting itself: answers stop resting on it, and nothing is written until it is resumed. */
  quarantine(reason: string): Promise<void> {
    return this.#transaction(async (knownAt) => {
      await this.#client.query(
        "UPDATE chain SET status = 'QUARANTINED', quarantine = $2, known_at = $3 WHERE chain_id = $1",
        [this.#chainId, reason, timestamptz(knownAt)],
      );
      return { ...this.#cursor, quarantine: reason, knownAt };
    });
  }

  /** Also with a server that no longer answers. */
  async close(): Promise<void> {
    await leave(this.#client);
  }

  async #attempt<T>(query: () => Promise<T>): Promise<T> {
    try {
      return await query();
    } catch (error) {
      throw databaseError(error);
    }
  }

  /** Strictly rising, whatever the clock does, so that "what did we know at" has one answer. */
  #moment(): bigint {
    const now = micros(this.#clock());
    const { knownAt } = this.#prepared;
    return now > knownAt ? now : knownAt + 1n;
  }

  /** Drops the late indexes where history begins, and builds those that what comes next needs. */
  async #prepareIndexes(view: ChainView, batch?: Batch): Promise<void> {
    if (this.#indexed) return;
    if (view.caughtUp) return this.#buildIndexes();
    await this.#attempt(async () => {
      if (this.#cursor.indexed === undefined) await dropLateIndexes(this.#client);
      if (batch?.onward) await buildLateIndexes(this.#client, ["event_by_grant"]);
    });
  }

  async #buildIndexes(): Promise<void> {
    if (!this.#indexed) await this.#attempt(() => buildLateIndexes(this.#client, ALL_LATE_INDEXES, this.#connect));
  }

  /** Runs `work` in a transaction, see `#beginWith`. */
  #transaction(
    work: (knownAt: bigint, now: number) => Promise<Cursor>,
    at = this.#moment(),
    live = false,
  ): Promise<void> {
    return this.#beginWith(
      async (begin, knownAt, now) => {
        if (begin !== "") await this.#client.query(begin);
        return work(knownAt, now);
      },
      at,
      live,
    );
  }

  /**
   * Runs `work` in a transaction and, once that is committed, takes over the cursor it returned. What `chain` says then is
   * kept as what was known from `at` on. `now` is the clock, milliseconds. `begin` has to be executed by `work` before anything
   * else, so that it can go with that; it may be empty.
   * @param live the chain is LIVE afterwards: its answers need the indexes.
   */
  async #beginWith(
    work: (begin: string, knownAt: bigint, now: number) => Promise<Cursor>,
    at: bigint,
    live: boolean,
  ): Promise<void> {
    const now = Math.trunc(this.#clock());
    await this.#attempt(async () => {
      try {
        const hold = live && !this.#indexed;
        if (hold) {
          await this.#client.query("BEGIN");
          if (!(await holdLateIndexes(this.#client)))
            throw new DatabaseAwayError("another chain began to fill the ledger, indexes have to be built again");
        }
        const cursor = await work(hold ? "" : "BEGIN", at, now);
        await remember(this.#client, this.#chainId);
        await this.#client.query("COMMIT");
        this.#cursor = cursor;
        this.#indexed = live;
        // What was prepared ahead stays ahead.
        if (cursor.knownAt > this.#prepared.knownAt) this.#prepared = cursor;
      } catch (error) {
        await rollBack(this.#client);
        throw error;
      }
    });
  }

  /** Why the chain's row did not take a write: an operator holds the chain, or somebody wrote beside us. */
  async #refusal(): Promise<Error> {
    const hold = await readHold(this.#client, this.#chainId);
    return hold ?? new BugError(`chain ${this.#chainId}: the stored cursor is not the one we hold`);
  }

  /** Keeps what a reorg may still touch: from the finalized block on. */
  async #writeHeaders(headers: readonly Header[], view: ChainView): Promise<void> {
    const oldest = view.finalizedNumber ?? 0n;
    const kept = headers.filter((header) => header.number >= oldest);
    // The cursor's own block stays even when finality is ahead of it during a backfill.
    const newest = headers.at(-1);
    if (kept.length === 0 && newest !== undefined) kept.push(newest);
    await this.#client.query({
      name: "write headers",
      text: `INSERT INTO block (chain_id, number, hash, parent_hash, time)
       SELECT $1, * FROM unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[])`,
      values: [
        this.#chainId,
        kept.map((header) => header.number),
        kept.map((header) => Buffer.from(header.hash)),
        kept.map((header) => Buffer.from(header.parentHash)),
        kept.map((header) => header.time),
      ],
    });
  }

  /** Writes cursor and view; finality never goes back, and never beyond the cursor. */
  async #writeChain(cursor: Cursor, view: ChainView, now: number): Promise<Cursor> {
    const indexed = cursor.indexed;
    if (indexed === undefined) throw new BugError("no cursor to write");
    const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
    const within = (number: bigint | undefined): bigint | null =>
      number === undefined ? null : least(number, indexed.number);
    const written = await this.#client.query<{ finalized_number: string | null }>({
      name: "write chain",
      text: `UPDATE chain SET status = $2, indexed_number = $3, indexed_hash = $4, indexed_time = $5, last_seq = $6,
              known_at = $7, head_number = $8, head_time = $9, checked_at = $10,
              safe_number = GREATEST(safe_number, $11, $12), finalized_number = GREATEST(finalized_number, $12)
        WHERE chain_id = $1 AND ${WRITABLE} AND last_seq = $13
        RETURNING finalized_number`,
      values: [
        this.#chainId,
        view.caughtUp ? "LIVE" : "BACKFILL",
        indexed.number,
        indexed.hash,
        indexed.time,
        cursor.lastSeq,
        timestamptz(cursor.knownAt),
        view.head.number,
        view.head.time,
        new Date(now),
        within(view.safeNumber),
        within(view.finalizedNumber),
        this.#cursor.lastSeq,
      ],
    });
    const row = written.rows[0];
    if (row === undefined) throw await this.#refusal();
    const finalizedNumber = row.finalized_number === null ? undefined : BigInt(row.finalized_number);
    // What lies below finality went with the write that brought finality there.
    const { indexed: before, finalizedNumber: known } = this.#cursor;
    const gone = finalizedNumber === known && (known === undefined || (before !== undefined && known <= before.number));
    if (!gone)
      await this.#client.query("DELETE FROM block WHERE chain_id = $1 AND number < LEAST($2::bigint, $3::bigint)", [
        this.#chainId,
        finalizedNumber ?? 0n,
        indexed.number,
      ]);
    return { ...cursor, finalizedNumber };
  }
}
