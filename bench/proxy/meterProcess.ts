import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Pool } from "undici";

/**
 * A process of its own in front of a node: `meterProcess.ts <node URL> <milliseconds>`. It holds every answer back for so
 * long, as a node far away would, and counts what is asked. GET /counts tells, and begins anew.
 */
const [node = "", delay = "0"] = process.argv.slice(2);
const delayMs = Number(delay);
const pool = new Pool(node, { connections: 64, headersTimeout: 120_000, bodyTimeout: 120_000 });
let counts = { requests: 0, calls: 0, bytes: 0 };

/** Every call of a batch has one, and no parameter that anybody sends here holds that word. */
const MARK = Buffer.from('"method"');

function callsIn(body: Buffer): number {
  let calls = 0;
  for (let at = body.indexOf(MARK); at >= 0; at = body.indexOf(MARK, at + MARK.length)) calls++;
  return calls;
}

async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks);
  if (request.method === "GET") {
    response.end(JSON.stringify(counts));
    counts = { requests: 0, calls: 0, bytes: 0 };
    return;
  }
  counts.requests += 1;
  counts.calls += callsIn(body);
  const headers = { "content-type": "application/json" };
  const answer = await pool.request({ path: request.url ?? "/", method: "POST", headers, body });
  if (delayMs > 0) await sleep(delayMs);
  response.writeHead(answer.statusCode, headers);
  answer.body.on("data", (chunk: Buffer) => {
    counts.bytes += chunk.length;
  });
  answer.body.pipe(response);
}

const server = createServer((request, response) => {
  forward(request, response).catch((error) => {
    if (!response.headersSent) response.writeHead(502);
    response.end(String(error));
  });
});
server.keepAliveTimeout = 120_000;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`metering on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
