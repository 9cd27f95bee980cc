import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { explain, OperatorError } from "../../indexer/ops/errors.ts";
import { failureKind, TransportError } from "../../indexer/rpc/errors.ts";
import { resultOf } from "../../indexer/rpc/exchange.ts";
import { type HeadHint, keepSubscribed } from "../../indexer/rpc/heads.ts";
import { turns } from "../support/fakeTime.ts";
import { freePort } from "../support/postgres.ts";
import { until } from "../support/wait.ts";
import { type Asking, asking } from "./asking.ts";
import { resultsOf, type SocketServer, startHttpServer, startSocketServer } from "./servers.ts";

/** A JSON-RPC server over WebSocket: the same promises as over HTTP, one connection, and heads that are pushed. */

let server: SocketServer;
beforeEach(async () => {
  server = await startSocketServer();
});
afterEach(() => server.stop());

const one = <T>(use: (asking: Asking) => Promise<T>, url = server.url, timeoutMs = 20_000): Promise<T> =>
  asking([url], use, { timeoutMs });
const calls = (...methods: string[]) => methods.map((method) => ({ method, params: [] }));
const HASH = `0x${"ab".repeat(32)}`;

test("calls and batches are answered over one connection, which says its chain first", () =>
  one(async ({ client }) => {
    assert.deepEqual(await client.call("a", [1]), ["a", 1]);
    const outcomes = await client.send(calls("b", "c"));
    assert.deepEqual(outcomes.map(resultOf), [["b"], ["c"]]);
    assert.deepEqual(server.methods, ["eth_chainId", "a", "b", "c"]);
    assert.equal(server.connections.length, 1);
  }));

test("answers that come in another order than the questions find theirs", () =>
  one(async ({ client }) => {
    await client.call("first", []);
    const held: (() => void)[] = [];
    server.onMessage = (socket, [call]) => {
      if (call === undefined) return false;
      held.push(() => socket.send(JSON.stringify({ id: call.id, result: call.method })));
      return true;
    };
    const a = client.call("a", []);
    await until("a is there", () => held.length === 1);
    const b = client.call("b", []);
    await until("b is there", () => held.length === 2);
    for (const answer of held.reverse()) answer();
    assert.deepEqual(await Promise.all([a, b]), ["a", "b"]);
  }));

test("silence ends at the bound, and the late answer is nobody's", () =>
  one(
    async ({ client }) => {
      await client.call("first", []);
      let late: (() => void) | undefined;
      server.onMessage = (socket, [call]) => {
        if (call?.method !== "slow") return false;
        late = () => socket.send(JSON.stringify({ id: call.id, result: "late" }));
        return true;
      };
      await assert.rejects(client.call("slow", []), (error) => {
        assert.equal(failureKind(error), "timeout");
        assert.match(String(error), /a slow: no answer within 300 ms/);
        return true;
      });
      late?.();
      assert.deepEqual(await client.call("next", []), ["next"]);
      assert.equal(server.connections.length, 1, "the connection is still good");
    },
    server.url,
    300,
  ));

test("a lost connection fails what was under way; the next call makes another, and asks it for its chain", () =>
  one(async ({ client }) => {
    await client.call("first", []);
    server.onMessage = (socket, [call]) => {
      if (call?.method !== "lost") return false;
      socket.terminate();
      return true;
    };
    await assert.rejects(client.call("lost", []), (error) => {
      assert.ok(error instanceof TransportError);
      assert.match(error.message, /a lost: the other side closed the connection/);
      return true;
    });
    assert.deepEqual(await client.call("next", []), ["next"]);
    assert.equal(server.connections.length, 2);
    assert.deepEqual(server.methods, ["eth_chainId", "first", "lost", "eth_chainId", "next"]);
  }));

test("behind a connection that was replaced there may be another chain", () =>
  one(async ({ client }) => {
    await client.call("first", []);
    server.chainId = "0x6";
    for (const socket of server.sockets) socket.terminate();
    await until("it is lost", () => server.sockets.size === 0);
    await assert.rejects(async () => {
      // The loss may be noticed by the first call or before it.
      await client.call("x", []).catch((error) => {
        if (error instanceof OperatorError) throw error;
      });
      await client.call("x", []);
    }, /serves chain 6, the configuration says 5/);
    assert.ok(!server.methods.slice(2).includes("x"), "nothing else was asked of it");
  }));

test("what is not JSON ends the connection; what nobody asked for does not", () =>
  one(async ({ client }) => {
    await client.call("first", []);
    for (const strange of [{ id: 1e9, result: 1 }, [], {}, { method: "eth_subscription" }, null, 7, "text"])
      server.push(JSON.stringify(strange));
    assert.deepEqual(await client.call("a", []), ["a"]);
    server.onMessage = (socket) => {
      socket.send("<html>");
      return true;
    };
    await assert.rejects(client.call("b", []), /a b: not JSON: "<html>"/);
  }));

test("a batch that is refused as a whole is split", () =>
  one(async ({ client, endpoints }) => {
    server.onMessage = (socket, asked) => {
      if (asked.length <= 4) return false;
      socket.send(JSON.stringify({ id: null, error: { code: -32600, message: "batch too large" } }));
      return true;
    };
    const outcomes = await client.send(calls(..."abcdefghij"));
    assert.deepEqual(
      outcomes.map(resultOf),
      [..."abcdefghij"].map((letter) => [letter]),
    );
    assert.ok((endpoints[0]?.limits.batch ?? 100) <= 5);
  }));

test("a shuffled batch is put in order; a doubled, missing or foreign answer spoils it", () =>
  one(async ({ client }) => {
    await client.call("first", []);
    const spoilt: [(answers: unknown[]) => unknown[], RegExp | undefined][] = [
      [(answers) => answers.toReversed(), undefined],
      [(answers) => [...answers, ...answers.slice(0, 1)], /twice/],
      [(answers) => answers.slice(1), /lacks a call/],
      [(answers) => [...answers, { id: 1e9, result: 1 }], /nobody asked for/],
    ];
    for (const [spoil, says] of spoilt) {
      server.onMessage = (socket, asked) => {
        if (asked.length === 1) return false;
        socket.send(JSON.stringify(spoil(resultsOf(asked, ({ method }) => method))));
        return true;
      };
      const sent = client.send(calls("a", "b", "c"));
      if (says === undefined) assert.deepEqual((await sent).map(resultOf), ["a", "b", "c"]);
      else await assert.rejects(sent, says);
    }
  }));

test("the credentials of a URL are sent, and never shown", async () => {
  const secret = server.url.replace("//", "//us3r:p4ss%40word@").concat("/v2/pathkey?apikey=querykey");
  const hidden = /us3r|p4ss|pathkey|querykey/;
  await one(async ({ client, endpoints, told }) => {
    await client.call("a", []);
    assert.equal(server.connections[0]?.path, "/v2/pathkey?apikey=querykey");
    assert.equal(server.connections[0]?.authorization, `Basic ${Buffer.from("us3r:p4ss@word").toString("base64")}`);
    assert.doesNotMatch(endpoints[0]?.name ?? "", hidden);
    server.onMessage = (socket, [call]) => {
      const words = "us3r p4ss@word p4ss%40word pathkey querykey";
      if (call?.method === "error") socket.send(JSON.stringify({ id: call.id, error: { code: 1, message: words } }));
      else socket.send(words);
      return true;
    };
    for (const method of ["error", "page"])
      await client.call(method, []).then(
        () => assert.fail("it was answered"),
        (error) => assert.doesNotMatch(explain(error), hidden),
      );
    for (const { message } of told.failed) assert.doesNotMatch(message, hidden);
  }, secret);
});

test("nobody there, or somebody who speaks no WebSocket: a failure that passes and names the endpoint", async () => {
  const http = await startHttpServer((_, response) => void response.writeHead(429).end());
  try {
    for (const [url, kind] of [
      [`ws://127.0.0.1:${await freePort()}`, "connection"],
      [http.url.replace("http", "ws"), "rate-limited"],
    ] as const)
      await one(async ({ client }) => {
        await assert.rejects(client.call("x", []), (error) => {
          assert.ok(error instanceof TransportError);
          assert.match(error.message, /^a eth_chainId: /);
          assert.equal(failureKind(error), kind);
          return true;
        });
      }, url);
  } finally {
    await http.stop();
  }
});

/** Heads as they come in, with the subscription under the test's control. */
async function subscribed(use: (asking: Asking & { hints: HeadHint[] }) => Promise<void>): Promise<void> {
  await one(async (world) => {
    const [endpoint] = world.endpoints;
    const hints: HeadHint[] = [];
    const stop = new AbortController();
    assert.ok(endpoint?.socket);
    const { observer, time } = world;
    const over = keepSubscribed(endpoint, endpoint.socket, (hint) => void hints.push(hint), {
      ...{ observer, time, signal: stop.signal },
    });
    try {
      await use({ ...world, hints });
    } finally {
      stop.abort();
      await over;
    }
  });
}

test("heads are subscribed to, and read as far as they are heads", () =>
  subscribed(async ({ hints, told }) => {
    await until("it is on", () => told.subscription.some(({ state }) => state === "on"));
    server.pushHead(7, HASH.toUpperCase().replace("0X", "0x"));
    await until("a head", () => hints.length === 1);
    assert.deepEqual(hints, [{ endpoint: "a", number: 7n, hash: HASH }]);
    const garbage = [undefined, null, 7, [], {}, { result: null }, { result: { number: "7", hash: HASH } }];
    for (const params of [
      ...garbage,
      { result: { number: "0x7", hash: "0xab" } },
      { result: { number: 7, hash: HASH } },
    ])
      server.push({ method: "eth_subscription", params });
    await until("all were looked at", () => told.hint.length === garbage.length + 2);
    assert.ok(told.hint.every(({ outcome }) => outcome === "malformed"));
    assert.equal(hints.length, 1);
  }));

test("a dropped subscription is taken up again, after a growing wait", () =>
  subscribed(async ({ hints, told, time }) => {
    const count = (state: string): number => told.subscription.filter((event) => event.state === state).length;
    for (let round = 1; round <= 3; round++) {
      await until("it is on", async () => {
        await time.advance(50);
        return count("on") === round;
      });
      for (const socket of server.sockets) socket.terminate();
      await until("it is off", () => count("off") === round);
    }
    assert.match(told.subscription.at(-1)?.why ?? "", /closed the connection/);
    await turns();
    await time.advance(100);
    assert.equal(count("on"), 3, "the fourth waits");
    await until("it is on", async () => {
      await time.advance(500);
      return count("on") === 4;
    });
    server.pushHead(9, HASH);
    await until("a head", () => hints.length === 1);
  }));

test("a server that knows no subscriptions is asked again and again, ever more seldom", () =>
  subscribed(async ({ told, time }) => {
    server.onMessage = (socket, [call]) => {
      if (call?.method !== "eth_subscribe") return false;
      socket.send(JSON.stringify({ id: call.id, error: { code: -32601, message: "method not found" } }));
      return true;
    };
    await until("many tries", async () => {
      await time.advance(20_000);
      return told.subscription.length >= 6;
    });
    assert.ok(told.subscription.every(({ state, why }) => state === "off" && /method not found/.test(why)));
  }));
