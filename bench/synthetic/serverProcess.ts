import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answer, type Call } from "./methods.ts";
import { storedChain } from "./storedHeaders.ts";

/**
 * A JSON-RPC node of a chain that is too large for Anvil: `serverProcess.ts <blocks> <events per block> <chain id>`. Every
 * block has the hash of its header and the root of its receipts; its logs are made when they are asked for.
 */
const [blocks = "0", eventsPerBlock = "0", chainId = "0"] = process.argv.slice(2);
const chain = storedChain({ blocks: Number(blocks), eventsPerBlock: Number(eventsPerBlock) });

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const asked = JSON.parse(Buffer.concat(chunks).toString()) as Call | Call[];
  response.writeHead(200, { "content-type": "application/json" });
  const calls = Array.isArray(asked) ? asked : [asked];
  if (Array.isArray(asked)) response.write("[");
  for (const [i, call] of calls.entries()) {
    if (i > 0) response.write(",");
    // Piece by piece: an answer of many megabytes is never whole in memory.
    for (const piece of answer(chain, BigInt(chainId), call))
      if (!response.write(piece)) await new Promise((resolve) => response.once("drain", resolve));
  }
  response.end(Array.isArray(asked) ? "]" : "");
}

const server = createServer((request, response) => {
  handle(request, response).catch((error) => {
    if (!response.headersSent) response.writeHead(400);
    response.end(String(error));
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`serving http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
