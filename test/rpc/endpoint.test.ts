import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { OperatorError, RetryableError } from "../../indexer/ops/errors.ts";
import { Endpoint } from "../../indexer/rpc/endpoint.ts";
import { RpcError, TransportError } from "../../indexer/rpc/errors.ts";
import { resultOf } from "../../indexer/rpc/exchange.ts";
import { freePort } from "../support/postgres.ts";
import { type Answer, CHAIN, echo, type HttpServer, json, startHttpServer } from "./servers.ts";

/** One JSON-RPC server over HTTP, against servers that do each thing a server can do. */

let server: HttpServer;
before(async () => {
  server = await startHttpServer();
});
after(() => server.stop());
beforeEach(() => {
  server.requests.length = 0;
  server.answer = echo;
  server.chainId = "0x5";
});

async function using<T>(use: (endpoint: Endpoint) => Promise<T>, timeoutMs = 20_000, at = server.url): Promise<T> {
  const endpoint = new Endpoint(at, { chainId: CHAIN, timeoutMs });
  try {
    return await use(endpoint);
  } finally {
    await endpoint.close();
  }
}
const calls = (...methods: string[]) => methods.map((method, i) => ({ method, params: [i] }));

test("outcomes come in the order of the calls, whatever the order of the answers", () =>
  using(async (endpoint) => {
    server.answer = (asked, response) =>
      json(response, asked.map(({ id, method }) => ({ id, result: method })).reverse());
    const outcomes = await endpoint.send(calls("a", "b", "c"));
    assert.deepEqual(outcomes.map(resultOf), ["a", "b", "c"]);
  }));

test("the chain is asked for once, and again after a failure to answer or a doubt", () =>
  using(async (endpoint) => {
    await endpoint.send(calls("a"));
    await endpoint.send(calls("b"));
    assert.deepEqual(server.methods(), ["eth_chainId", "a", "b"]);
    server.answer = (_, response) => void response.writeHead(500).end("down");
    await assert.rejects(endpoint.send(calls("c")), TransportError);
    server.answer = echo;
    await endpoint.send(calls("d"));
    endpoint.recheckChain();
    await endpoint.send(calls("e"));
    assert.deepEqual(server.methods(), ["eth_chainId", "a", "b", "c", "eth_chainId", "d", "eth_chainId", "e"]);
  }));

const FAILURES: Record<string, [answer: Answer, says: RegExp]> = {
  "no answer": [() => {}, /no answer within 1500 ms/],
  "half an answer, then nothing": [
    (_, response) => void response.writeHead(200).write('{"id":'),
    /no answer within 1500/,
  ],
  "a broken connection": [(_, response) => void response.destroy(), /other side closed|ECONNRESET/],
  "HTTP 429": [(_, response) => void response.writeHead(429).end("slow down"), /HTTP 429/],
  "HTTP 503 with JSON": [(_, response) => json(response, { status: "busy" }, 503), /HTTP 503/],
  HTML: [(_, response) => void response.writeHead(200).end("<html>"), /HTTP 200, not JSON: "<html>"/],
  nothing: [(_, response) => void response.writeHead(200).end(), /HTTP 200, not JSON/],
  "a number": [(_, response) => json(response, 7), /not JSON-RPC/],
  null: [(_, response) => json(response, null), /not JSON-RPC/],
  "fewer answers than calls": [
    (asked, response) =>
      json(
        response,
        asked.slice(1).map(({ id }) => ({ id, result: 1 })),
      ),
    /the batch's answer lacks a call/,
  ],
  "answers with other ids": [
    (asked, response) =>
      json(
        response,
        asked.map(({ id }) => ({ id: id + 100, result: 1 })),
      ),
    /the batch's answer lacks a call/,
  ],
  "answers that are no objects": [
    (asked, response) =>
      json(
        response,
        asked.map(() => null),
      ),
    /lacks a call/,
  ],
};
for (const [name, [wrong, says]] of Object.entries(FAILURES))
  test(`${name}: an error that names the endpoint and the method, and passes`, () =>
    using(
      async (endpoint) => {
        server.answer = wrong;
        await assert.rejects(endpoint.send(calls("eth_one", "eth_two")), (error) => {
          assert.ok(error instanceof TransportError);
          assert.match(error.message, says);
          assert.match(error.message, /^http:\/\/127\.0\.0\.1:\d+ eth_one, eth_two: /);
          return true;
        });
      },
      says.source.includes("within") ? 1_500 : undefined,
    ));

test("nobody listens: an error that passes", async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  await using((endpoint) => assert.rejects(endpoint.send(calls("a")), /ECONNREFUSED/), undefined, nobody);
});

test("JSON-RPC errors are outcomes of their calls, also inside of an HTTP error and for a whole batch", () =>
  using(async (endpoint) => {
    server.answer = (asked, response) =>
      json(response, [
        { id: asked[0]?.id, result: "fine" },
        { id: asked[1]?.id, error: { code: -32005, message: "too many results" } },
      ]);
    const [fine, refused] = await endpoint.send(calls("a", "b"));
    assert.deepEqual(fine, { result: "fine" });
    assert.ok(refused && "error" in refused && refused.error instanceof RpcError);
    assert.equal(refused.error.code, -32005);
    assert.match(refused.error.message, / b: too many results$/);

    server.answer = (_, response) => json(response, { id: null, error: { code: 1, message: "batch too large" } }, 400);
    const all = await endpoint.send(calls("a", "b"));
    assert.ok(all.every((outcome) => "error" in outcome && /batch too large/.test(outcome.error.message)));

    for (const error of [7, "text", true, [], { message: 7 }, { code: "x" }]) {
      server.answer = (asked, response) => json(response, { id: asked[0]?.id, error });
      const [outcome] = await endpoint.send(calls("a"));
      assert.ok(outcome && "error" in outcome, JSON.stringify(error));
    }
  }));

test("another chain is an operator's error, silence about it is not", async () => {
  await assert.rejects(
    (async () => {
      const endpoint = new Endpoint(server.url, { chainId: 6n, timeoutMs: 20_000 });
      try {
        await endpoint.send(calls("a"));
      } finally {
        await endpoint.close();
      }
    })(),
    (error) => {
      assert.ok(error instanceof OperatorError);
      assert.match(error.message, /serves chain 5, the configuration says 6: correct the RPC URL/);
      return true;
    },
  );
  assert.deepEqual(server.methods(), ["eth_chainId"], "nothing else was asked of it");
});

test("the credentials of a URL are sent, and never shown", async () => {
  const secret = server.url.replace("//", "//us3r:p4ss%40word@").concat("/v2/pathkey?apikey=querykey");
  await using(
    async (endpoint) => {
      await endpoint.send(calls("a"));
      assert.equal(server.requests[0]?.path, "/v2/pathkey?apikey=querykey");
      assert.equal(server.requests[0]?.authorization, `Basic ${Buffer.from("us3r:p4ss@word").toString("base64")}`);
      assert.doesNotMatch(endpoint.name, /us3r|p4ss|pathkey|querykey/);
      const said = "us3r p4ss@word p4ss%40word pathkey querykey";
      const wrong: Answer[] = [
        (_, response) => void response.writeHead(403).end(said),
        (asked, response) => json(response, { id: asked[0]?.id, error: { code: 1, message: said } }),
        (asked, response) => json(response, { id: asked[0]?.id, error: said }),
      ];
      for (const answer of wrong) {
        server.answer = answer;
        const shown = await endpoint
          .send(calls("a"))
          .then(([outcome]) => (outcome && "error" in outcome ? outcome.error : undefined))
          .catch((error) => error);
        assert.ok(shown instanceof RetryableError);
        for (let error: unknown = shown; error instanceof Error; error = error.cause)
          assert.doesNotMatch(error.message, /us3r|p4ss|pathkey|querykey/);
      }
    },
    undefined,
    secret,
  );
});

test("an abandoned call ends at once", () =>
  using(async (endpoint) => {
    await endpoint.send(calls("a"));
    server.answer = () => {};
    const abandon = new AbortController();
    const sent = endpoint.send(calls("b"), abandon.signal);
    setImmediate(() => abandon.abort());
    await assert.rejects(sent);
  }, 30_000));
