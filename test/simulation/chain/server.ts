import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Answer, Call } from "./rpc.ts";

/** A JSON-RPC server over HTTP for all endpoints of a world; each endpoint answers in its own way, or not. */

/** What an endpoint does with a request. */
export interface Endpoint {
  /** The answer of each call, in order; undefined leaves it out of a batch. */
  answer(calls: readonly Call[]): (Answer | undefined)[] | HttpAnswer;
  /** Whether the answers of a batch come in another order than the calls. */
  readonly shuffles: boolean;
}

/** Instead of an answer by JSON-RPC. */
export type HttpAnswer =
  | { readonly type: "hang" }
  | { readonly type: "reset" }
  | {
      readonly type: "http";
      readonly status: number;
      readonly body: string;
      readonly headers?: Record<string, string>;
    };

export interface RpcServer {
  readonly requests: number;
  /** @param host another name of this machine makes it another endpoint. */
  url(endpoint: string, host?: string): string;
  serve(endpoint: string, by: Endpoint): void;
  /** Resolves once `count` more requests were served, or after `withinMs`. */
  served(count: number, withinMs: number): Promise<void>;
  stop(): Promise<void>;
}

interface Request extends Call {
  readonly id: unknown;
}

export async function startRpcServer(): Promise<RpcServer> {
  const endpoints = new Map<string, Endpoint>();
  const hanging = new Set<ServerResponse>();
  const waiting = new Set<() => void>();
  let requests = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += chunk;
    const endpoint = endpoints.get((request.url ?? "").slice(1));
    const parsed = JSON.parse(body) as Request | Request[];
    const calls = Array.isArray(parsed) ? parsed : [parsed];
    requests++;
    const answers = endpoint?.answer(calls) ?? ({ type: "reset" } as const);
    if ("type" in answers) answerHttp(answers, response);
    else {
      const said = calls.flatMap(({ id }, i) =>
        answers[i] === undefined ? [] : [{ jsonrpc: "2.0", id, ...answers[i] }],
      );
      if (endpoint?.shuffles === true) said.reverse();
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(Array.isArray(parsed) ? said : (said[0] ?? {})));
    }
    for (const wake of waiting) wake();
  }

  function answerHttp(answer: HttpAnswer, response: ServerResponse): void {
    if (answer.type === "hang") hanging.add(response);
    else if (answer.type === "reset") response.destroy();
    else {
      response.writeHead(answer.status, answer.headers);
      response.end(answer.body);
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    get requests() {
      return requests;
    },
    url: (endpoint, host = "127.0.0.1") => `http://${host}:${port}/${endpoint}`,
    serve: (endpoint, by) => void endpoints.set(endpoint, by),
    served(count, withinMs) {
      const until = requests + count;
      return new Promise((resolve) => {
        const done = (): void => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve();
        };
        const look = (): void => {
          if (requests >= until) done();
        };
        const timer = setTimeout(done, withinMs);
        waiting.add(look);
        look();
      });
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      hanging.clear();
      await closed;
    },
  };
}
