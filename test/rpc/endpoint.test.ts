import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";
import { OperatorError, RetryableError } from "../../indexer/ops/errors.ts";
import { RpcClient } from "../../indexer/rpc/client.ts";
import { Endpoint } from "../../indexer/rpc/endpoint.ts";
import { RpcError, TransportError } from "../../indexer/rpc/errors.ts";
import { resultOf } from "../../indexer/rpc/exchange.ts";
import { freePort } from "../support/postgres.ts";

/** One JSON-RPC server over HTTP, against servers that do each thing a server can do. */

interface Request {
  id: number;
  method: string;
  params: unknown[];
}
type Answer = (calls: Request[], response: ServerResponse) => void;

const CHAIN = 5n;
let server: ReturnType<typeof createServer>;
let url: string;
let answer: Answer;
let requests: { calls: Request[]; path: string | undefined; authorization: string | undefined }[];

before(async () => {
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const parsed = JSON.parse(body);
    const calls: Request[] = Array.isArray(parsed) ? parsed : [parsed];
    requests.push({ calls, path: request.url, authorization: request.headers.authorization });
    if (calls[0]?.method === "eth_chainId") return json(response, { id: calls[0].id, result: "0x5" });
    answer(calls, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
  answer = echo;
});

function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
const echo: Answer = (calls, response) => {
  const answers = calls.map(({ id, method, params }) => ({ jsonrpc: "2.0", id, result: [method, ...params] }));
  json(response, calls.length === 1 ? answers[0] : answers);
};

async function using<T>(use: (endpoint: Endpoint) => Promise<T>, timeoutMs = 400, at = url): Promise<T> {
  const endpoint = new Endpoint(at, { chainId: CHAIN, timeoutMs });
  try {
    return await use(endpoint);
  } finally {
    await endpoint.close();
  }
}
const calls = (...methods: string[]) => methods.map((method, i) => ({ method, params: [i] }));
const methodsAsked = (): string[] => requests.flatMap((request) => request.calls.map(({ method }) => method));

test("outcomes come in the order of the calls, whatever the order of the answers", () =>
  using(async (endpoint) => {
    answer = (asked, response) => json(response, asked.map(({ id, method }) => ({ id, result: method })).reverse());
    const outcomes = await endpoint.send(calls("a", "b", "c"));
    assert.deepEqual(outcomes.map(resultOf), ["a", "b", "c"]);
  }));

test("the chain is asked for once, and again after a failure to answer or a doubt", () =>
  using(async (endpoint) => {
    await endpoint.send(calls("a"));
    await endpoint.send(calls("b"));
    assert.deepEqual(methodsAsked(), ["eth_chainId", "a", "b"]);
    answer = (_, response) => void response.writeHead(500).end("down");
    await assert.rejects(endpoint.send(calls("c")), TransportError);
    answer = echo;
    await endpoint.send(calls("d"));
    endpoint.recheckChain();
    await endpoint.send(calls("e"));
    assert.deepEqual(methodsAsked(), ["eth_chainId", "a", "b", "c", "eth_chainId", "d", "eth_chainId", "e"]);
  }));

const FAILURES: Record<string, [answer: Answer, says: RegExp]> = {
  "no answer": [() => {}, /no answer within 400 ms/],
  "half an answer, then nothing": [
    (_, response) => void response.writeHead(200).write('{"id":'),
    /no answer within 400/,
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
    using(async (endpoint) => {
      answer = wrong;
      await assert.rejects(endpoint.send(calls("eth_one", "eth_two")), (error) => {
        assert.ok(error instanceof TransportError);
        assert.match(error.message, says);
        assert.match(error.message, /^http:\/\/127\.0\.0\.1:\d+ eth_one, eth_two: /);
        return true;
      });
    }));

test("nobody listens: an error that passes", async () => {
  const nobody = `http://127.0.0.1:${await freePort()}`;
  await using((endpoint) => assert.rejects(endpoint.send(calls("a")), /ECONNREFUSED/), 400, nobody);
});

test("JSON-RPC errors are outcomes of their calls, also inside of an HTTP error and for a whole batch", () =>
  using(async (endpoint) => {
    answer = (asked, response) =>
      json(response, [
        { id: asked[0]?.id, result: "fine" },
        { id: asked[1]?.id, error: { code: -32005, message: "too many results" } },
      ]);
    const [fine, refused] = await endpoint.send(calls("a", "b"));
    assert.deepEqual(fine, { result: "fine" });
    assert.ok(refused && "error" in refused && refused.error instanceof RpcError);
    assert.equal(refused.error.code, -32005);
    assert.match(refused.error.message, / b: too many results$/);

    answer = (_, response) => json(response, { id: null, error: { code: 1, message: "batch too large" } }, 400);
    const all = await endpoint.send(calls("a", "b"));
    assert.ok(all.every((outcome) => "error" in outcome && /batch too large/.test(outcome.error.message)));

    for (const error of [7, "text", true, [], { message: 7 }, { code: "x" }]) {
      answer = (asked, response) => json(response, { id: asked[0]?.id, error });
      const [outcome] = await endpoint.send(calls("a"));
      assert.ok(outcome && "error" in outcome, JSON.stringify(error));
    }
  }));

test("another chain is an operator's error, silence about it is not", async () => {
  await assert.rejects(
    (async () => {
      const endpoint = new Endpoint(url, { chainId: 6n, timeoutMs: 400 });
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
  assert.deepEqual(methodsAsked(), ["eth_chainId"], "nothing else was asked of it");
});

test("the credentials of a URL are sent, and never shown", async () => {
  const secret = url.replace("//", "//us3r:p4ss%40word@").concat("/v2/pathkey?apikey=querykey");
  await using(
    async (endpoint) => {
      await endpoint.send(calls("a"));
      assert.equal(requests[0]?.path, "/v2/pathkey?apikey=querykey");
      assert.equal(requests[0]?.authorization, `Basic ${Buffer.from("us3r:p4ss@word").toString("base64")}`);
      assert.doesNotMatch(endpoint.name, /us3r|p4ss|pathkey|querykey/);
      const said = "us3r p4ss@word p4ss%40word pathkey querykey";
      const wrong: Answer[] = [
        (_, response) => void response.writeHead(403).end(said),
        (asked, response) => json(response, { id: asked[0]?.id, error: { code: 1, message: said } }),
        (asked, response) => json(response, { id: asked[0]?.id, error: said }),
      ];
      for (answer of wrong) {
        const shown = await endpoint
          .send(calls("a"))
          .then(([outcome]) => (outcome && "error" in outcome ? outcome.error : undefined))
          .catch((error) => error);
        assert.ok(shown instanceof RetryableError);
        for (let error: unknown = shown; error instanceof Error; error = error.cause)
          assert.doesNotMatch(error.message, /us3r|p4ss|pathkey|querykey/);
      }
    },
    400,
    secret,
  );
});

test("an abandoned call ends at once", () =>
  using(async (endpoint) => {
    await endpoint.send(calls("a"));
    answer = () => {};
    const abandon = new AbortController();
    const sent = endpoint.send(calls("b"), abandon.signal);
    setImmediate(() => abandon.abort());
    await assert.rejects(sent);
  }, 30_000));

interface Scripted {
  endpoint: Endpoint;
  asked: number;
  doubted: number;
}
/** An endpoint of the client's side alone: answers with its name, or fails as told. */
function scripted(name: string, failure?: () => Error): Scripted {
  const state = { asked: 0, doubted: 0 } as Scripted;
  state.endpoint = {
    name,
    send: async () => {
      state.asked++;
      const error = failure?.();
      if (error) throw error;
      return [{ result: name }];
    },
    recheckChain: () => void state.doubted++,
    close: async () => {},
  } as unknown as Endpoint;
  return state;
}

test("the endpoint that answered last is asked first, the next one when it fails or is doubted", async () => {
  let down = false;
  const a = scripted("a", () => (down ? new TransportError("a is down") : (undefined as never)));
  const b = scripted("b");
  const client = new RpcClient([a.endpoint, b.endpoint]);
  const asked = (): Promise<unknown> => client.call("x", []);
  assert.deepEqual([await asked(), await asked()], ["a", "a"]);
  down = true;
  assert.deepEqual([await asked(), await asked()], ["b", "b"]);
  down = false;
  assert.equal(await asked(), "b");
  client.doubt();
  assert.equal(await asked(), "a");
  client.doubt();
  assert.equal(await asked(), "b");
  assert.deepEqual([a.doubted, b.doubted], [2, 2], "each is asked for its chain again");
});

test("an operator is called only when no endpoint can do better by itself", async () => {
  const wrong = () => scripted("wrong", () => new OperatorError("serves chain 7")).endpoint;
  const down = () => scripted("down", () => new TransportError("is down")).endpoint;
  for (const [endpoints, kind] of [
    [[wrong()], OperatorError],
    [[wrong(), wrong()], OperatorError],
    [[wrong(), down()], TransportError],
    [[down(), wrong()], TransportError],
    [[down(), down()], TransportError],
  ] as const)
    await assert.rejects(new RpcClient(endpoints).call("x", []), kind);
  assert.equal(await new RpcClient([wrong(), down(), scripted("c").endpoint]).call("x", []), "c");
});
