import { performance } from "node:perf_hooks";
import type pg from "pg";
import type { ChainWriter, Extension } from "../indexer/ledger/writer.ts";
import { databaseCpu } from "./databaseCpu.ts";

/** What appending took. The blocks are made outside of it. */
export class Spent {
  /** Milliseconds of each append. */
  readonly steps: number[] = [];
  readonly #sql: pg.Client;
  #events = 0;
  #cpu = 0;
  #database = 0;

  constructor(sql: pg.Client) {
    this.#sql = sql;
  }

  async begin(): Promise<void> {
    this.#database = -(await databaseCpu(this.#sql));
  }

  async time(writer: ChainWriter, extension: Extension): Promise<void> {
    const usage = process.cpuUsage();
    const started = performance.now();
    await writer.append(extension);
    this.steps.push(performance.now() - started);
    const { user, system } = process.cpuUsage(usage);
    this.#cpu += user + system;
    this.#events += extension.logs.length;
  }

  async end(): Promise<void> {
    this.#database += await databaseCpu(this.#sql);
  }

  perEvent(): string {
    const clock = this.steps.reduce((sum, ms) => sum + ms, 0) * 1000;
    const micros = (all: number): string => (all / this.#events).toFixed(1);
    return `${micros(clock)} µs; CPU of the indexer ${micros(this.#cpu)} µs, of the database ${micros(this.#database * 1e6)} µs`;
  }
}
