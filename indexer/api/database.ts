import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "../ledger/generated/client.ts";
import type { ObservedChain } from "../ops/health.ts";
import { CONNECT_TIMEOUT_MS, EXACT_TYPES, endWithin, READ_ONLY } from "./connections.ts";
import { isBehind, readError } from "./errors.ts";
import { NAMES_LAST_MS, RepeatedTexts } from "./repeatedTexts.ts";

/** Reading access to the ledger: one bounded pool, shared by prepared statements and Prisma's typed reads. */

const POOL_SIZE = 10;
const STATEMENT_TIMEOUT_MS = 5_000;
/** Longer than the statement's own timeout: it ends waiting for a server that is gone and cannot end anything. */
const ANSWER_TIMEOUT_MS = 7_000;

/** So long a replica is given to catch up with what was known elsewhere, which is what a question rests on. */
const CATCH_UP_MS = 2_000;
const CATCH_UP_POLL_MS = 15;

type NoteRows = (rows: readonly pg.QueryResultRow[]) => void;

/** A statement that every connection plans once. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export class Database {
  readonly #pool: pg.Pool;
  readonly #note: NoteRows | undefined;
  readonly #texts: RepeatedTexts;
  readonly prisma: PrismaClient;

  /**
   * @param from where it is, or one that is open, whose connections are shared.
   * @param onError told of connections lost while idle, which harm nobody and are replaced.
   */
  constructor(from: string | Database, onError: (error: Error) => void, note?: NoteRows) {
    this.#note = note;
    if (typeof from !== "string") {
      this.#pool = from.#pool;
      this.#texts = from.#texts;
      this.prisma = from.prisma;
      return;
    }
    this.#texts = new RepeatedTexts();
    this.#pool = new pg.Pool({
      connectionString: from,
      max: POOL_SIZE,
      maxLifetimeSeconds: NAMES_LAST_MS / 1_000,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      options: READ_ONLY,
      application_name: "grantledger api",
      keepAlive: true,
      types: EXACT_TYPES,
    });
    this.#pool.on("error", onError);
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.#pool) });
  }

  /** The same for one request, with `note` told of all rows that its statements give. */
  noting(note: NoteRows): Database {
    return new Database(this, () => {}, note);
  }

  /** Tells of chains that were read for this request by a statement that it shared with others. */
  saw(chains: readonly Pick<ObservedChain, "chainId" | "indexedNumber" | "knownAt">[]): void {
    this.#note?.(
      chains.map(({ chainId, indexedNumber, knownAt }) => ({
        ...{ c_chain_id: chainId, c_indexed_number: indexedNumber, c_known_us: knownAt },
      })),
    );
  }

  /** Rows of a statement that is worth planning once: the hot paths. */
  async prepared<Row extends pg.QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    return this.#rows<Row>({ name: statement.name, text: statement.text, values });
  }

  /** Rows of a statement planned for these values: what is read best in another way where a filter leaves much or little. */
  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    return this.#rows<Row>({ text, values });
  }

  /** Rows of a statement put together from what is asked that is read best in one way, whatever the values: planned once. */
  async repeated<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    const name = this.#texts.nameOf(text);
    return this.#rows<Row>(name === undefined ? { text, values } : { name, text, values });
  }

  async #rows<Row extends pg.QueryResultRow>(query: pg.QueryConfig): Promise<Row[]> {
    const deadline = performance.now() + CATCH_UP_MS;
    while (true) {
      try {
        const { rows } = await this.#pool.query<Row>(query);
        this.#note?.(rows);
        return rows;
      } catch (error) {
        if (!isBehind(error) || performance.now() > deadline) throw readError(error);
        // Another connection may lead to a replica that is further, and this one's catches up.
        await new Promise((resolve) => setTimeout(resolve, CATCH_UP_POLL_MS));
      }
    }
  }

  /** A typed read through Prisma, its errors told apart like those of the driver. */
  async typed<T>(read: (prisma: PrismaClient) => Promise<T>): Promise<T> {
    try {
      return await read(this.prisma);
    } catch (error) {
      throw readError(error);
    }
  }

  /** Of the pool, for the metrics. */
  get pool(): { readonly total: number; readonly idle: number; readonly waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { total: totalCount, idle: idleCount, waiting: waitingCount };
  }

  /** Ends the connections; those still in use are waited for within a bound. */
  async close(): Promise<void> {
    await endWithin([this.prisma.$disconnect(), this.#pool.end()]);
  }
}
