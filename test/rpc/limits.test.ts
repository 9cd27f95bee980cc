import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import type { EndpointOptions } from "../../indexer/rpc/endpoint.ts";
import { failureKind } from "../../indexer/rpc/errors.ts";
import { resultOf } from "../../indexer/rpc/exchange.ts";
import { retryAfterMs } from "../../indexer/rpc/httpTransport.ts";
import { type FakeTime, turns } from "../support/fakeTime.ts";
import { until } from "../support/wait.ts";
import { type Asking, asking } from "./asking.ts";
import { answering, echo, type HttpServer, json, refusing, resultsOf, startHttpServer } from "./servers.ts";

/** An endpoint asks no more than its server takes, whatever way the server has of saying so. */

let server: HttpServer;
before(async () => {
  server = await startHttpServer();
});
after(() => server.stop());
beforeEach(() => {
  server.requests.length = 0;
  server.answer = echo;
});

const one = <T>(use: (asking: Asking) => Promise<T>, options: Partial<EndpointOptions> = {}): Promise<T> =>
  asking([server.url], use, options);
const calls = (count: number, method = "a") => Array.from({ length: count }, (_, i) => ({ method, params: [i] }));
/** Sizes of the requests that were no question for the chain. */
const sizes = (): number[] =>
  server.requests.map((request) => request.calls.length).filter((size, i) => i > 0 || size !== 1);

/** Moves time on until the promise is settled. */
async function moving<T>(time: FakeTime, promise: Promise<T>): Promise<T> {
  let over = false;
  const settled = promise.finally(() => {
    over = true;
  });
  settled.catch(() => {});
  await until("it is settled", async () => {
    await time.advance(over ? 0 : 50);
    return over;
  });
  return settled;
}

test("what is asked in the same turn travels in one request, and each gets its own", () =>
  one(async ({ client }) => {
    await client.call("first", []);
    server.requests.length = 0;
    const [many, single] = await Promise.all([client.send(calls(3)), client.call("b", [7])]);
    assert.deepEqual(many.map(resultOf), [
      ["a", 0],
      ["a", 1],
      ["a", 2],
    ]);
    assert.deepEqual(single, ["b", 7]);
    assert.deepEqual(
      server.requests.map((request) => request.calls.length),
      [4],
    );
    await client.call("later", []);
    assert.equal(server.requests.length, 2);
  }));

test("a group stays whole where it fits; two ranges of logs are not in one request", () =>
  one(
    async ({ client }) => {
      await client.call("first", []);
      server.requests.length = 0;
      await Promise.all([client.send(calls(7)), client.send(calls(7)), client.send(calls(25))]);
      assert.deepEqual(sizes().sort(), [10, 10, 5, 7, 7].sort());
      server.requests.length = 0;
      const range = { method: "eth_getLogs", params: [{ fromBlock: "0x1", toBlock: "0x2" }] };
      await Promise.all([client.send([range]), client.send(calls(2)), client.send([range])]);
      assert.deepEqual(
        server.requests.map((request) => request.calls.map(({ method }) => method)),
        [["eth_getLogs", "a", "a"], ["eth_getLogs"]],
      );
    },
    { maxBatch: 10 },
  ));

test("who gives up leaves the others their answers; when all have, the request ends", () =>
  one(async ({ client }) => {
    await client.call("first", []);
    let held: ServerResponse | undefined;
    server.answer = (_, response) => {
      held = response;
    };
    const [stop, other] = [new AbortController(), new AbortController()];
    const gone = client.send(calls(1), stop.signal);
    const staying = client.send(calls(1, "b"), other.signal);
    gone.catch(() => {});
    staying.catch(() => {});
    const open = await until("the request is there", () => held);
    stop.abort();
    await assert.rejects(gone);
    assert.equal(open.destroyed, false);
    other.abort();
    await assert.rejects(staying);
    await until("the request was ended", () => open.destroyed);
  }));

const TOO_LARGE: Record<string, (calls: number) => ((response: ServerResponse, ids: number[]) => void) | undefined> = {
  "HTTP 413": (size) => (size > 8 ? (response) => void response.writeHead(413).end("too large") : undefined),
  "one error without an id": (size) =>
    size > 8
      ? (response) => json(response, { id: null, error: { code: -32600, message: "batch limit exceeded" } })
      : undefined,
  "Geth's error, with the id of the first call": (size) =>
    size > 8
      ? (response, [id]) => json(response, [{ id, error: { code: -32600, message: "batch too large" } }])
      : undefined,
  "an error for each call": (size) =>
    size > 8
      ? (response, ids) =>
          json(
            response,
            ids.map((id) => ({ id, error: { code: -32000, message: "batch size is limited to 8" } })),
          )
      : undefined,
};
for (const [name, refuses] of Object.entries(TOO_LARGE))
  test(`a batch that is refused is split, and never sent so large again: ${name}`, () =>
    one(async ({ client, endpoints, told }) => {
      server.answer = (asked, response) => {
        const refuse = refuses(asked.length);
        if (refuse === undefined) return echo(asked, response);
        refuse(
          response,
          asked.map(({ id }) => id),
        );
      };
      const outcomes = await client.send(calls(40));
      assert.deepEqual(
        outcomes.map(resultOf),
        calls(40).map(({ params }) => ["a", ...params]),
      );
      const most = endpoints[0]?.limits.batch ?? 0;
      assert.ok(most >= 5 && most <= 8, `learned ${most}`);
      assert.equal(told.learned.at(-1)?.limits.batch, most);
      server.requests.length = 0;
      await client.send(calls(40));
      assert.ok(Math.max(...sizes()) <= most);
      assert.equal(told.failed.length, 0, "nobody is told of a failure");
    }));

test("answers that were too large together are asked for again in smaller batches, the others are kept", () =>
  one(async ({ client, endpoints }) => {
    server.answer = (asked, response) =>
      json(
        response,
        asked.map(({ id, params }, i) =>
          i < 3 ? { id, result: params[0] } : { id, error: { code: -32003, message: "response too large" } },
        ),
      );
    const outcomes = await client.send(calls(10));
    assert.deepEqual(
      outcomes.map(resultOf),
      calls(10).map(({ params }) => params[0]),
    );
    assert.ok((endpoints[0]?.limits.batch ?? 100) < 10);
  }));

const TOO_OFTEN: Record<string, [HttpServer["answer"], waits: number]> = {
  "HTTP 429 with Retry-After": [(_, response) => void response.writeHead(429, { "retry-after": "3" }).end(), 3_000],
  "HTTP 429 without": [(_, response) => void response.writeHead(429).end("slow down"), 250],
  "an error inside of 200": [
    refusing({ code: -32005, message: "daily request count exceeded, request rate limited" }),
    250,
  ],
  "HTTP 429 with a JSON-RPC error": [
    (asked, response) => json(response, { id: asked[0]?.id, error: { code: 429, message: "compute units" } }, 429),
    250,
  ],
};
for (const [name, [refuse, waits]] of Object.entries(TOO_OFTEN))
  test(`the only endpoint is asked too often: it is waited for, and asked again. ${name}`, () =>
    one(async ({ client, time, told }) => {
      await client.call("first", []);
      server.answer = (asked, response) => {
        server.answer = echo;
        refuse(asked, response);
      };
      const asked = client.call("again", []);
      await until("it was refused", () => told.rateLimited.length === 1);
      assert.equal(told.rateLimited[0]?.waitMs, waits);
      await turns();
      const before = server.requests.length;
      await time.advance(waits - 1);
      assert.equal(server.requests.length, before, "it is left alone");
      assert.deepEqual(await moving(time, asked), ["again"]);
      assert.deepEqual(
        told.failed.map(({ kind, method, endpoint }) => [kind, method, endpoint]),
        [["rate-limited", "again", "a"]],
      );
      assert.equal(told.state.length, 0, "it is not taken for dead");
    }));

test("an endpoint that never stops refusing: given up within a bound, saying so", () =>
  one(async ({ client, time }) => {
    server.answer = (_, response) => void response.writeHead(429).end();
    server.chainId = undefined;
    const begun = time.now();
    let failure: unknown;
    const asked = client.call("x", []).catch((error) => {
      failure = error;
    });
    await until("it gave up", async () => {
      await time.advance(100);
      return failure;
    });
    await asked;
    server.chainId = "0x5";
    assert.equal(failureKind(failure), "rate-limited");
    assert.match(String(failure), /a eth_chainId: HTTP 429/);
    assert.ok(time.now() - begun < 60_000);
    assert.ok(server.requests.length <= 4);
  }));

test("told to wait for longer than a call waits, it says so at once", () =>
  one(async ({ client, told }) => {
    await client.call("first", []);
    server.answer = (_, response) => void response.writeHead(429, { "retry-after": "50" }).end();
    await assert.rejects(client.call("x", []), /HTTP 429/);
    const before = server.requests.length;
    await assert.rejects(
      client.call("y", []),
      /a eth_chainId: it may be asked again in 50000 ms, longer than a call waits/,
    );
    assert.equal(server.requests.length, before);
    assert.equal(told.rateLimited.at(-1)?.waitMs, 50_000);
  }));

test("a batch holds no more than a second allows once a rate is known", () =>
  one(
    async ({ client, time }) => {
      const asked = client.send(calls(10));
      await until("all is sent", async () => {
        await time.advance(500);
        return server.requests.length >= 4;
      });
      await asked;
      assert.ok(Math.max(...sizes()) <= 4, sizes().join());
    },
    { maxCallsPerSecond: 4 },
  ));

test("many questions at once are kept to what an endpoint takes at once", () =>
  one(
    async ({ client }) => {
      await client.call("first", []);
      let [now, most] = [0, 0];
      server.answer = (asked, response) => {
        most = Math.max(most, ++now);
        setTimeout(() => {
          now--;
          json(response, resultsOf(asked, () => 1)[0]);
        }, 5);
      };
      await client.send(calls(60));
      assert.ok(most <= 32 && most >= 2, `${most} at once`);
    },
    { maxBatch: 1 },
  ));

test("Retry-After as seconds, as a date, and as nonsense", () => {
  const now = Date.UTC(2026, 10, 25);
  assert.equal(retryAfterMs("120"), 120_000);
  assert.equal(retryAfterMs(new Date(now + 5_000).toUTCString(), now), 5_000);
  assert.equal(retryAfterMs(new Date(now - 5_000).toUTCString(), now), 0);
  for (const nonsense of [undefined, "", "soon", "-1x", ["1"]]) assert.equal(retryAfterMs(nonsense, now), undefined);
});

test("answers as a node gives them are passed on as they are", () =>
  one(async ({ client }) => {
    for (const result of [null, 0, "", [], {}, false]) {
      server.answer = answering(() => result);
      assert.deepEqual(await client.call("x", []), result);
    }
  }));
