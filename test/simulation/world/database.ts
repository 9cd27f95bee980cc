import pg from "pg";
import { migrate } from "../../../indexer/ledger/migrate.ts";
import { startTestPostgres, type TestPostgres } from "../../support/postgres.ts";

/** A PostgreSQL for many worlds, each with a database copied from one that is up to date. */
export class WorldDatabases {
  readonly #postgres: TestPostgres;
  readonly #template: URL;
  #count = 0;

  private constructor(postgres: TestPostgres, template: string) {
    this.#postgres = postgres;
    this.#template = new URL(template);
  }

  static async start(): Promise<WorldDatabases> {
    const postgres = await startTestPostgres();
    const template = await postgres.createDatabase();
    await migrate(template);
    return new WorldDatabases(postgres, template);
  }

  async create(): Promise<string> {
    const name = `world_${process.pid}_${++this.#count}`;
    await this.#asAdministrator(`CREATE DATABASE ${name} TEMPLATE ${this.#template.pathname.slice(1)}`);
    return this.#url(name);
  }

  /** Whoever is connected still loses the connection. */
  async drop(url: string): Promise<void> {
    await this.#asAdministrator(`DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
  }

  restart(): Promise<void> {
    return this.#postgres.restart();
  }

  stop(): Promise<void> {
    return this.#postgres.stop();
  }

  #url(database: string): string {
    return Object.assign(new URL(this.#template), { pathname: `/${database}` }).href;
  }

  async #asAdministrator(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url("postgres") });
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}
