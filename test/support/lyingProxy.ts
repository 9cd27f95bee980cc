import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Call } from "../../indexer/rpc/batch.ts";

/**
 * A JSON-RPC server in front of a real node that alters what the node says. Each fault is a function of one answer, or
 * of a whole HTTP answer; without a fault everything passes through unchanged.
 */

/** One JSON-RPC answer, as parsed JSON. */
export interface RpcAnswer {
  result?: unknown;
  error?: { code: number; message: string };
}

/** Alters one answer; undefined leaves the entry out of the batch. May ask the node itself. */
export type Fault = (call: Call, answer: RpcAnswer) => RpcAnswer | undefined | Promise<RpcAnswer | undefined>;

/** Answers a whole request in its own way, or never. False passes it on. */
export type HttpFault = (request: { calls: Call[]; path: string }, response: ServerResponse) => boolean;

export interface LyingProxy {
  readonly url: string;
  /** The same with credentials in every place that a URL has for them. */
  readonly urlWithSecrets: string;
  /** URL of the node behind it; another one may take its place without a connection being lost. */
  node: string;
  /** What it says wrong from now on; undefined: it tells the truth. */
  fault: Fault | undefined;
  httpFault: HttpFault | undefined;
  /** Puts the answers of a batch into another order. */
  shuffle: boolean;
  /** Calls that a fault altered since it was set. */
  readonly lies: number;
  /** Calls served, by method. */
  readonly served: ReadonlyMap<string, number>;
  /** Every path that was asked for. */
  readonly paths: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** In the URL of {@link LyingProxy.urlWithSecrets}; none of them may ever be shown. */
export const SECRETS = ["us3rn4me", "p4ssw0rd", "s3cretpath", "k3yinquery"] as const;

/** A log and a block of the wire, as far as faults touch them. */
export interface RpcLog {
  address: string;
  blockHash: string;
  blockNumber: string;
  topics: string[];
  data: string;
  transactionHash: string;
  logIndex: string;
  removed?: boolean;
}
export interface RpcBlock {
  number: string;
  hash: string;
  parentHash: string;
  logsBloom: string;
  timestamp: string;
}

const logsWhere =
  (matches: (filter: { blockHash?: string }) => boolean, alter: (logs: RpcLog[]) => unknown): Fault =>
  (call, answer) =>
    call.method === "eth_getLogs" && matches(call.params[0] as object) && Array.isArray(answer.result)
      ? { result: alter(answer.result as RpcLog[]) }
      : answer;

/** Alters the logs of a range of numbers. */
export const byRange = (alter: (logs: RpcLog[]) => unknown): Fault =>
  logsWhere((filter) => filter.blockHash === undefined, alter);
/** Alters the logs of a block's hash. */
export const byHash = (alter: (logs: RpcLog[]) => unknown): Fault =>
  logsWhere((filter) => filter.blockHash !== undefined, alter);
/** Alters blocks; undefined leaves one as it is. */
export const block =
  (alter: (header: RpcBlock) => RpcBlock | null | undefined): Fault =>
  (call, answer) => {
    if (call.method !== "eth_getBlockByNumber" || typeof answer.result !== "object" || answer.result === null)
      return answer;
    const altered = alter(answer.result as RpcBlock);
    return altered === undefined ? answer : { result: altered };
  };

/** A receipt of the wire, as far as faults touch it. */
export interface RpcReceipt {
  status: string;
  cumulativeGasUsed: string;
  logsBloom: string;
  logs: RpcLog[];
}

/** Alters the receipts of a block, also when they are asked for one by one. */
export const receipts =
  (alter: (receipts: RpcReceipt[]) => unknown): Fault =>
  (call, answer) => {
    if (call.method === "eth_getBlockReceipts" && Array.isArray(answer.result))
      return { result: alter(answer.result as RpcReceipt[]) };
    return answer;
  };

/** One fault after the other. */
export const both =
  (first: Fault, second: Fault): Fault =>
  async (call, answer) => {
    const said = await first(call, answer);
    return said === undefined ? undefined : second(call, said);
  };

interface Request extends Call {
  id: unknown;
}

export async function startLyingProxy(nodeUrl: string, port = 0): Promise<LyingProxy> {
  let fault: Fault | undefined;
  let lies = 0;
  const served = new Map<string, number>();
  const paths = new Set<string>();

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const path = request.url ?? "";
    paths.add(path);
    const parsed = JSON.parse(body) as Request | Request[];
    const calls = Array.isArray(parsed) ? parsed : [parsed];
    for (const { method } of calls) served.set(method, (served.get(method) ?? 0) + 1);
    if (proxy.httpFault?.({ calls, path }, response)) {
      lies++;
      return;
    }
    const upstream = await fetch(proxy.node, { method: "POST", body, headers: { "content-type": "application/json" } });
    const answered = (await upstream.json()) as (RpcAnswer & { id: unknown }) | (RpcAnswer & { id: unknown })[];
    const answers = Array.isArray(answered) ? answered : [answered];
    const altered: unknown[] = [];
    for (const call of calls) {
      const answer = answers.find(({ id }) => id === call.id) ?? { error: { code: -32000, message: "lost" } };
      const said = fault === undefined ? answer : await fault(call, structuredClone(answer));
      if (JSON.stringify(said) !== JSON.stringify(answer)) lies++;
      if (said !== undefined) altered.push({ jsonrpc: "2.0", id: call.id, ...said });
    }
    if (proxy.shuffle) altered.reverse();
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(Array.isArray(parsed) ? altered : (altered[0] ?? {})));
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(502);
      response.end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { port: listening } = server.address() as AddressInfo;
  const [user, password, path, key] = SECRETS;
  const proxy = {
    url: `http://127.0.0.1:${listening}`,
    urlWithSecrets: `http://${user}:${password}@127.0.0.1:${listening}/v2/${path}?key=${key}`,
    get fault() {
      return fault;
    },
    set fault(next: Fault | undefined) {
      fault = next;
      lies = 0;
    },
    httpFault: undefined as HttpFault | undefined,
    shuffle: false,
    node: nodeUrl,
    get lies() {
      return lies;
    },
    served,
    paths,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  return proxy;
}

async function text(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}
