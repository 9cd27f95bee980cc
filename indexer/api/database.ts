import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { PrismaClient } from "../ledger/generated/client.ts";
import { readError } from "./errors.ts";

/** Reading access to the ledger: one bounded pool, shared by prepared statements and Prisma's typed reads. */

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 5_000;
/** Longer than the statement's own timeout: it ends waiting for a server that is gone and cannot end anything. */
const ANSWER_TIMEOUT_MS = 7_000;
const CLOSE_TIMEOUT_MS = 2_000;

const { builtins, getTypeParser } = pg.types;
const toBigInt = (text: string): bigint => BigInt(text);

/** int8 is exact as bigint; everything else as the driver has it. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary") =>
    oid === builtins.INT8 ? toBigInt : getTypeParser(oid, format ?? "text"),
};

/** A statement that every connection plans once. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export class Database {
  readonly #pool: pg.Pool;
  readonly prisma: PrismaClient;

  /** @param onError told of connections lost while idle, which harm nobody and are replaced. */
  constructor(databaseUrl: string, onError: (error: Error) => void) {
    this.#pool = new pg.Pool({
      connectionString: databaseUrl,
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      // The API has no reason to write, so the server is told to refuse it.
      options: "-c default_transaction_read_only=on",
      application_name: "grantledger api",
      keepAlive: true,
      types,
    });
    this.#pool.on("error", onError);
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.#pool) });
  }

  /** Rows of a statement that is worth planning once: the hot paths. */
  async prepared<Row extends pg.QueryResultRow>(statement: Statement, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>({ name: statement.name, text: statement.text, values })).rows;
    } catch (error) {
      throw readError(error);
    }
  }

  /** Rows of a statement planned for these values: the lists, whose best plan depends on what is filtered by. */
  async query<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<Row[]> {
    try {
      return (await this.#pool.query<Row>(text, values)).rows;
    } catch (error) {
      throw readError(error);
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
    const ended = Promise.all([this.prisma.$disconnect(), this.#pool.end()]);
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS);
    });
    await Promise.race([ended.then(() => {}), bound]).finally(() => clearTimeout(timer));
  }
}
