import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** JSON-RPC servers on loopback that do what a test says. Unless told otherwise they serve chain 5 and echo. */

export interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

export const CHAIN = 5n;

export type Answer = (calls: Request[], response: ServerResponse) => void;

export interface HttpServer {
  readonly url: string;
  /** How everything but `eth_chainId` is answered. */
  answer: Answer;
  /** How `eth_chainId` is answered; undefined: with the others. */
  chainId: string | undefined;
  readonly requests: { calls: Request[]; path: string | undefined; authorization: string | undefined }[];
  /** The methods of all calls, in their order. */
  methods(): string[];
  stop(): Promise<void>;
}

export function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

export const resultsOf = (calls: readonly Request[], result: (call: Request) => unknown): unknown[] =>
  calls.map((call) => ({ jsonrpc: "2.0", id: call.id, result: result(call) }));

/** Answers each call with what `result` gives. */
export const answering =
  (result: (call: Request) => unknown): Answer =>
  (calls, response) => {
    const answers = resultsOf(calls, result);
    json(response, calls.length === 1 ? answers[0] : answers);
  };

export const echo: Answer = answering(({ method, params }) => [method, ...params]);

export const refusing =
  (error: unknown): Answer =>
  (calls, response) => {
    const answers = calls.map(({ id }) => ({ jsonrpc: "2.0", id, error }));
    json(response, calls.length === 1 ? answers[0] : answers);
  };

export async function startHttpServer(answer: Answer = echo): Promise<HttpServer> {
  const requests: HttpServer["requests"] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    // A handshake of a WebSocket has no body.
    const parsed = body === "" ? [] : JSON.parse(body);
    const calls: Request[] = Array.isArray(parsed) ? parsed : [parsed];
    requests.push({ calls, path: request.url, authorization: request.headers.authorization });
    const [only] = calls;
    if (self.chainId !== undefined && calls.length === 1 && only?.method === "eth_chainId")
      json(response, { id: only.id, result: self.chainId });
    else self.answer(calls, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const self: HttpServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer,
    chainId: "0x5",
    requests,
    methods: () => requests.flatMap(({ calls }) => calls.map(({ method }) => method)),
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return self;
}

export interface SocketServer {
  readonly url: string;
  chainId: string;
  /** Answers what is neither `eth_chainId` nor `eth_subscribe`; undefined says nothing. */
  result: (call: Request) => unknown;
  /** Takes a whole message instead of all that; false lets it pass. */
  onMessage: (socket: WebSocket, calls: Request[]) => boolean;
  readonly sockets: Set<WebSocket>;
  /** Connections made so far, with what they authorised themselves by. */
  readonly connections: { authorization: string | undefined; path: string | undefined }[];
  readonly methods: string[];
  /** Sends a message to everybody. */
  push(message: unknown): void;
  /** A new head as `eth_subscription` tells it. */
  pushHead(number: number, hash: string): void;
  stop(): Promise<void>;
}

const SUBSCRIPTION = "0x51";

export async function startSocketServer(): Promise<SocketServer> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.once("listening", resolve));
  const send = (socket: WebSocket, message: unknown): void =>
    socket.send(typeof message === "string" ? message : JSON.stringify(message));
  server.on("connection", (socket, request) => {
    self.connections.push({ authorization: request.headers.authorization, path: request.url });
    self.sockets.add(socket);
    socket.on("close", () => self.sockets.delete(socket));
    socket.on("message", (data) => {
      const parsed = JSON.parse(String(data));
      const calls: Request[] = Array.isArray(parsed) ? parsed : [parsed];
      self.methods.push(...calls.map(({ method }) => method));
      if (self.onMessage(socket, calls)) return;
      const answers = resultsOf(calls, (call) => {
        if (call.method === "eth_chainId") return self.chainId;
        return call.method === "eth_subscribe" ? SUBSCRIPTION : self.result(call);
      });
      send(socket, Array.isArray(parsed) ? answers : answers[0]);
    });
  });
  const self: SocketServer = {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    chainId: "0x5",
    result: ({ method, params }) => [method, ...params],
    onMessage: () => false,
    sockets: new Set(),
    connections: [],
    methods: [],
    push: (message) => {
      for (const socket of self.sockets) send(socket, message);
    },
    pushHead: (number, hash) =>
      self.push({
        jsonrpc: "2.0",
        method: "eth_subscription",
        params: { subscription: SUBSCRIPTION, result: { number: `0x${number.toString(16)}`, hash } },
      }),
    async stop() {
      for (const socket of self.sockets) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return self;
}
