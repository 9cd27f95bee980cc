import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { test } from "node:test";
import { freePort } from "../../scripts/demo/ports.ts";

async function listen(port: number) {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => server.close() };
}

test("a free port is taken as it is", async () => {
  const { port, close } = await listen(0);
  close();
  assert.equal(await freePort("a test", port), port);
});

test("a port in use gives way to the next free one", async () => {
  const { port, close } = await listen(0);
  const found = await freePort("a test", port);
  close();
  assert.ok(found > port);
  const again = await listen(found);
  again.close();
});
