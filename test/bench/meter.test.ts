import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { type Meter, startMeter } from "../../bench/proxy/meter.ts";

let node: Server;
let meter: Meter;

before(async () => {
  node = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.writeHead(body.includes("fail") ? 429 : 200);
    response.end(`said ${body}`);
  });
  await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
  meter = await startMeter(`http://127.0.0.1:${(node.address() as AddressInfo).port}`, 20);
});
after(async () => {
  await meter?.stop();
  node?.closeAllConnections();
  node?.close();
});

const post = async (body: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(meter.url, { method: "POST", body });
  return { status: response.status, text: await response.text() };
};

test("answers pass through unchanged, refusals too", async () => {
  const call = JSON.stringify({ id: 1, method: "eth_chainId" });
  assert.deepEqual(await post(call), { status: 200, text: `said ${call}` });
  assert.equal((await post('{"method":"fail"}')).status, 429);
});

test("requests, calls in batches and bytes are counted, from the last question on", async () => {
  await meter.asked();
  const batch = JSON.stringify([1, 2, 3].map((id) => ({ id, method: "eth_getLogs", params: [] })));
  await post(batch);
  await post(JSON.stringify({ id: 4, method: "eth_chainId" }));
  const { requests, calls, bytes } = await meter.asked();
  assert.deepEqual({ requests, calls }, { requests: 2, calls: 4 });
  assert.ok(bytes > batch.length);
  assert.deepEqual(await meter.asked(), { requests: 0, calls: 0, bytes: 0 });
});
