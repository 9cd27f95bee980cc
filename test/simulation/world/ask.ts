import pino from "pino";
import { type Api, startApi } from "../../../indexer/api/server.ts";

/** The API over a world's database. */
export class Questions {
  readonly #api: Api;

  private constructor(api: Api) {
    this.#api = api;
  }

  static async open(databaseUrl: string): Promise<Questions> {
    const api = await startApi({
      ...{ databaseUrl, host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 600, clock: Date.now },
      log: pino({ level: "silent" }),
    });
    return new Questions(api);
  }

  /** The data of a query that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into, and each query is known.
  async ask(query: string, variables: object = {}): Promise<any> {
    const response = await fetch(`${this.#api.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const body = (await response.json()) as { data?: unknown; errors?: unknown };
    if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors).slice(0, 2000));
    return body.data;
  }

  close(): Promise<void> {
    return this.#api.stop();
  }
}
