import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { SyntheticChain } from "./syntheticChain.ts";

/**
 * A process of its own that serves a synthetic chain over JSON-RPC and prints its URL. Told "count" by its parent, it
 * says how many HTTP requests and calls it has answered since the last time.
 * Arguments: chain id, blocks, events per block, milliseconds by which each answer is delayed.
 */
const [chainId = 1, blocks = 2_000, eventsPerBlock = 100, delay = 0] = process.argv.slice(2).map(Number);
const chain = new SyntheticChain(blocks, eventsPerBlock);
/** Below so many events, all answers are made beforehand, so that making them takes no time from what is measured. */
const KEPT_EVENTS = 400_000;
const keptLogs: Buffer[] = [];
const keptHeaders: Buffer[] = [];
if (blocks * eventsPerBlock <= KEPT_EVENTS)
  for (let number = 0; number <= blocks; number++) {
    keptLogs.push(Buffer.from(chain.logs(number)));
    keptHeaders.push(Buffer.from(chain.header(number)));
  }
const logsOf = (number: number): Buffer => keptLogs[number] ?? Buffer.from(chain.logs(number));
const headerOf = (number: number): Buffer => keptHeaders[number] ?? Buffer.from(chain.header(number));

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}
const COMMA = Buffer.from(",");
const numberOf = (tag: unknown): number => (String(tag).startsWith("0x") ? Number(tag) : tagged(String(tag)));
const tagged = (tag: string): number => Math.max(0, blocks - (tag === "latest" ? 0 : tag === "safe" ? 4 : 8));

function* answer({ id, method, params }: Call): Generator<Buffer> {
  yield Buffer.from(`{"jsonrpc":"2.0","id":${id},"result":`);
  if (method === "eth_chainId") yield Buffer.from(`"0x${chainId.toString(16)}"`);
  else if (method === "eth_blockNumber") yield Buffer.from(`"0x${blocks.toString(16)}"`);
  else if (method === "eth_getBlockByNumber") {
    const number = numberOf(params[0]);
    yield number > blocks ? Buffer.from("null") : headerOf(number);
  } else if (method === "eth_getLogs") {
    const { fromBlock, toBlock } = params[0] as Record<string, string>;
    yield Buffer.from("[");
    let first = true;
    for (let number = Number(fromBlock); number <= Math.min(Number(toBlock), blocks); number++) {
      const logs = logsOf(number);
      if (logs.length === 0) continue;
      if (!first) yield COMMA;
      first = false;
      yield logs;
    }
    yield Buffer.from("]");
  } else throw new Error(`the synthetic node does not serve ${method}`);
  yield Buffer.from("}");
}

let requests = 0;
let calls = 0;

const server = createServer((request, response) => {
  void body(request).then(async (text) => {
    const parsed = JSON.parse(text) as Call | Call[];
    const list = Array.isArray(parsed) ? parsed : [parsed];
    requests++;
    calls += list.length;
    const parts: Buffer[] = [];
    if (Array.isArray(parsed)) parts.push(Buffer.from("["));
    for (const [i, call] of list.entries()) {
      if (i > 0) parts.push(COMMA);
      parts.push(...answer(call));
    }
    if (Array.isArray(parsed)) parts.push(Buffer.from("]"));
    if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay));
    response.writeHead(200, {
      "content-type": "application/json",
      "content-length": parts.reduce((sum, part) => sum + part.length, 0),
    });
    response.end(Buffer.concat(parts));
  });
});

async function body(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
process.on("message", () => {
  process.send?.({ requests, calls });
  requests = 0;
  calls = 0;
});
process.once("disconnect", () => process.exit(0));
