import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Answer, Call } from "./rpc.ts";

/** A JSON-RPC server over HTTP and WebSockets for all endpoints of a world; each endpoint answers in its own way, or not. */

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
  url(endpoint: string, host?: string, protocol?: "http" | "ws"): string;
  /** Sends this to whoever subscribed to new heads at an endpoint. @returns how many those are. */
  push(endpoint: string, text: string): number;
  /** Ends the WebSockets of an endpoint. */
  cut(endpoint: string): void;
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

  /** By endpoint: who is connected, and who of them subscribed. */
  const connected = new Map<string, Map<WebSocket, { subscribed: boolean }>>();

  /** What goes back for a text; an answer that is none by JSON-RPC stays what it is. */
  function answerTo(name: string, text: string): { readonly said: unknown } | HttpAnswer {
    const endpoint = endpoints.get(name);
    const parsed = JSON.parse(text) as Request | Request[];
    const calls = Array.isArray(parsed) ? parsed : [parsed];
    requests++;
    const answers = endpoint?.answer(calls) ?? ({ type: "reset" } as const);
    if ("type" in answers) return answers;
    const said = calls.flatMap(({ id }, i) =>
      answers[i] === undefined ? [] : [{ jsonrpc: "2.0", id, ...answers[i] }],
    );
    if (endpoint?.shuffles === true) said.reverse();
    return { said: Array.isArray(parsed) ? said : (said[0] ?? {}) };
  }

  const wake = (): void => {
    for (const look of waiting) look();
  };

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = "";
    for await (const chunk of request) body += chunk;
    const answer = answerTo((request.url ?? "").slice(1), body);
    if ("type" in answer) answerHttp(answer, response);
    else {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer.said));
    }
    wake();
  }

  /** A subscription is always given; what comes of it is another matter. */
  function handleSocket(socket: WebSocket, name: string): void {
    const state = { subscribed: false };
    const sockets = connected.get(name) ?? new Map();
    connected.set(name, sockets.set(socket, state));
    socket.on("error", () => socket.terminate());
    socket.on("close", () => sockets.delete(socket));
    socket.on("message", (data) => {
      const text = String(data);
      const { id, method } = JSON.parse(text) as Partial<Request>;
      if (method === "eth_subscribe") {
        state.subscribed = true;
        return socket.send(JSON.stringify({ jsonrpc: "2.0", id, result: "0x1" }));
      }
      const answer = answerTo(name, text);
      // What HTTP says by a status or an empty body is on a socket the end of it.
      if (!("type" in answer)) socket.send(JSON.stringify(answer.said));
      else if (answer.type !== "hang") socket.terminate();
      wake();
    });
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
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, { url = "" }) => handleSocket(socket, url.slice(1)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    get requests() {
      return requests;
    },
    url: (endpoint, host = "127.0.0.1", protocol = "http") => `${protocol}://${host}:${port}/${endpoint}`,
    push(endpoint, text) {
      const subscribed = [...(connected.get(endpoint) ?? [])].filter(([, state]) => state.subscribed);
      for (const [socket] of subscribed) socket.send(text);
      return subscribed.length;
    },
    cut(endpoint) {
      for (const [socket] of connected.get(endpoint) ?? []) socket.terminate();
    },
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
      for (const socket of sockets.clients) socket.terminate();
      hanging.clear();
      await closed;
    },
  };
}
