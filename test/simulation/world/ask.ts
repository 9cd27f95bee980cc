import pino from "pino";
import { type Api, startApi } from "../../../indexer/api/server.ts";

/** What AuthZEN says of one question. */
export interface Evaluation {
  readonly decision: boolean;
  readonly context: { readonly outcome: string; readonly reason: string };
}

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
    const body = (await this.#post("graphql", { query, variables })) as { data?: unknown; errors?: unknown };
    if (body.errors !== undefined) throw new Error(JSON.stringify(body.errors).slice(0, 2000));
    return body.data;
  }

  /** AuthZEN's decisions about many, each of which must be one. */
  async evaluate(request: object): Promise<readonly Evaluation[]> {
    const body = (await this.#post("access/v1/evaluations", request)) as { evaluations?: Evaluation[] };
    if (body.evaluations === undefined) throw new Error(JSON.stringify(body).slice(0, 2000));
    return body.evaluations;
  }

  async #post(path: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.#api.url}/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.json();
  }

  close(): Promise<void> {
    return this.#api.stop();
  }
}
