import assert from "node:assert/strict";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { describe, it } from "node:test";
import { sendStream } from "../../indexer/api/sendStream.ts";
import { until } from "../support/wait.ts";

const CHUNK = new Uint8Array(64 * 1024);

/** An endless stream that counts what was asked of it, sent to a client that reads nothing. */
async function sendToNobody(takeTimeoutMs: number) {
  let made = 0;
  let cancelled = false;
  let ended = false;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      made += 1;
      controller.enqueue(CHUNK);
    },
    cancel() {
      cancelled = true;
    },
  });
  const server = createServer((_request, response) => {
    void sendStream({ status: 200, headers: new Headers(), body }, response, takeTimeoutMs).then(() => {
      ended = true;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.on("error", () => {});
  client.pause();
  client.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  return {
    client,
    made: () => made,
    over: () => cancelled && ended,
    stop: () => {
      client.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

describe("a stream to a client that does not read", () => {
  it("is not read itself, and is cut after a while", async () => {
    const sent = await sendToNobody(200);
    try {
      await until("it is cut", sent.over);
      // What fits into the buffers of both ends and of Node, not what the stream could have made.
      assert.ok(sent.made() > 0 && sent.made() < 1_000, `${sent.made()}`);
    } finally {
      sent.stop();
    }
  });

  it("ends when the client goes", async () => {
    const sent = await sendToNobody(60_000);
    try {
      // The first is made without being asked for.
      await until("it began", () => sent.made() > 2);
      sent.client.destroy();
      await until("it is over", sent.over);
    } finally {
      sent.stop();
    }
  });
});
