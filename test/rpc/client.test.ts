import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { BugError, OperatorError, RetryableError } from "../../indexer/ops/errors.ts";
import { type AskOptions, RpcClient } from "../../indexer/rpc/client.ts";
import { BadAnswerError, isTooLarge, isUnsupported, RpcError, TransportError } from "../../indexer/rpc/errors.ts";
import { resultOf } from "../../indexer/rpc/exchange.ts";
import { turns } from "../support/fakeTime.ts";
import { freePort } from "../support/postgres.ts";
import { until } from "../support/wait.ts";
import { type Asking, asking } from "./asking.ts";
import { type Answer, answering, echo, type HttpServer, json, refusing, startHttpServer } from "./servers.ts";

/** Several endpoints as one: who is asked, who comes next, and what is said when nobody has a good answer. */

let servers: [HttpServer, HttpServer];
before(async () => {
  servers = [await startHttpServer(), await startHttpServer()];
});
after(() => Promise.all(servers.map((server) => server.stop())));
beforeEach(() => {
  for (const [i, server] of servers.entries()) {
    server.requests.length = 0;
    server.answer = saying("ab"[i] ?? "");
    server.chainId = "0x5";
  }
});

/** The chain's id is asked for alone, or along with something else. */
const saying = (name: string): Answer => answering(({ method }) => (method === "eth_chainId" ? "0x5" : name));
const two = <T>(use: (asking: Asking) => Promise<T>): Promise<T> =>
  asking(
    servers.map(({ url }) => url),
    use,
  );
const ask = (client: RpcClient, options: AskOptions = {}, method = "x"): Promise<unknown> =>
  client.ask([{ method, params: [] }], ([outcome]) => outcome && resultOf(outcome), options);
/** How often each was asked something other than its chain. */
const asked = (): number[] =>
  servers.map((server) => server.methods().filter((method) => method !== "eth_chainId").length);
/** Past the first questions, by which each gets known: a is the one that is used. */
async function settled({ client, time }: Asking): Promise<void> {
  for (let i = 0; i < 12; i++) await ask(client, { prefer: "a" });
  await turns();
  await time.advance(1);
  for (const server of servers) server.requests.length = 0;
}

const BAD: Record<string, Answer> = {
  "a broken connection": (_, response) => void response.destroy(),
  "HTTP 500": (_, response) => void response.writeHead(500).end("oops"),
  "HTTP 429": (_, response) => void response.writeHead(429).end("slow down"),
  "not JSON": (_, response) => void response.writeHead(200).end("<html>"),
  "a JSON-RPC error": refusing({ code: -32000, message: "header not found" }),
  "a limit inside of 200": refusing({ code: 429, message: "compute units per second" }),
  "a method that is not served": refusing({ code: -32601, message: "method not found" }),
  "an answer to another question": (_, response) => json(response, { id: 1e9, result: 1 }),
};
for (const [name, bad] of Object.entries(BAD))
  test(`${name}: the next endpoint answers, and it is said which failed at what, and who comes next`, () =>
    two(async (world) => {
      await settled(world);
      servers[0].answer = bad;
      assert.equal(await ask(world.client, { prefer: "a" }), "b");
      const [failure] = world.told.failed;
      assert.deepEqual([failure?.endpoint, failure?.method, failure?.next], ["a", "x", "asking b"]);
      assert.match(failure?.message ?? "", /^a x: /);
      assert.deepEqual(asked(), [1, 1]);
    }));

test("an answer that is not accepted is one more that failed: a missing block, a hash that does not fit", () =>
  two(async (world) => {
    await settled(world);
    const accept = (answer: unknown): string => {
      if (answer !== "b") throw new RetryableError(`block 7 has another hash than its fields`);
      return "good";
    };
    const good = await world.client.ask(
      [{ method: "x", params: [] }],
      ([outcome]) => accept(outcome && resultOf(outcome)),
      {
        prefer: "a",
      },
    );
    assert.equal(good, "good");
    assert.deepEqual(
      world.told.failed.map(({ endpoint, kind, next }) => [endpoint, kind, next]),
      [["a", "rejected", "asking b"]],
    );
  }));

test("nobody's answer is accepted: each was asked once, and the first failure is told", () =>
  two(async (world) => {
    await settled(world);
    const refuse = (_: unknown, { name }: { name: string }): never => {
      throw new RetryableError(`${name} lies`);
    };
    await assert.rejects(world.client.ask([{ method: "x", params: [] }], refuse, { prefer: "a" }), (error) => {
      assert.ok(error instanceof BadAnswerError);
      assert.equal(error.message, "a x: a lies");
      assert.equal(error.rejection.message, "a lies", "what was thrown is there for whoever knows more of it");
      return true;
    });
    assert.deepEqual(asked(), [1, 1]);
    assert.equal(world.told.failed.at(-1)?.next, "nobody else is left to ask");
  }));

test("a bug of ours is not taken for a bad answer", () =>
  two(async (world) => {
    await settled(world);
    for (const bug of [new BugError("no"), new TypeError("undefined")])
      await assert.rejects(
        world.client.ask(
          [{ method: "x", params: [] }],
          () => {
            throw bug;
          },
          { prefer: "a" },
        ),
        bug,
      );
    assert.deepEqual(asked(), [2, 0]);
    assert.equal(world.told.failed.length, 0);
  }));

test("an operator is called only when no endpoint can do better by itself", async () => {
  const away = `http://127.0.0.1:${await freePort()}`;
  servers[0].chainId = "0x6";
  const [wrong, right] = [servers[0].url, servers[1].url];
  for (const [urls, kind] of [
    [[wrong], OperatorError],
    [[wrong, wrong], OperatorError],
    [[wrong, away], TransportError],
    [[away, wrong], TransportError],
    [[away, away], TransportError],
  ] as const)
    await asking(urls, async ({ client }) => {
      await assert.rejects(ask(client), kind);
      // Also once it is known, and without asking it anything but its chain.
      await assert.rejects(ask(client), kind);
    });
  assert.deepEqual(new Set(servers[0].methods()), new Set(["eth_chainId"]));
  await asking([wrong, away, right], async ({ client, told }) => {
    assert.equal(await ask(client), "b");
    for (let i = 0; i < 5; i++) await ask(client);
    const errors = told.state.filter(({ state }) => state === "wrong-chain");
    assert.deepEqual(
      errors.map(({ endpoint, why }) => [endpoint, /serves chain 6, the configuration says 5/.test(why)]),
      [["a", true]],
      "told once, and the others go on",
    );
  });
});

test("a chain that changes behind the URL, with nothing else to show it, is found out within a minute", () =>
  asking([servers[0].url], async ({ client, time }) => {
    assert.equal(await ask(client), "a");
    servers[0].chainId = undefined;
    servers[0].answer = answering(({ method }) => (method === "eth_chainId" ? "0x6" : "of another chain"));
    assert.equal(await ask(client), "of another chain");
    await time.advance(60_000);
    const before = servers[0].requests.length;
    await assert.rejects(ask(client), /serves chain 6/);
    assert.equal(servers[0].requests.length, before + 1, "in the very request, whose answer is not used");
    await assert.rejects(ask(client), OperatorError);
    assert.equal(servers[0].requests.length, before + 1, "it is not asked again for a while");
    servers[0].chainId = "0x5";
    client.recheckChain();
    assert.equal(await ask(client), "of another chain");
  }));

test("what was answered does not fit together: the other one is asked first for a while, and each for its chain", () =>
  two(async (world) => {
    await settled(world);
    const { client, time } = world;
    assert.equal(await ask(client), "a");
    client.doubt();
    assert.equal(await ask(client), "b");
    assert.ok(servers[1].methods().includes("eth_chainId"));
    await time.advance(1);
    client.doubt();
    assert.equal(await ask(client), "a", "whoever was doubted longest ago");
    client.doubt("b");
    await time.advance(30_001);
    assert.ok(["a", "b"].includes(String(await ask(client))));
  }));

test("the wait is cut short: the question goes to the other one as well, and the first good answer counts", () =>
  two(async (world) => {
    await settled(world);
    let slow: (() => void) | undefined;
    servers[0].answer = (calls, response) => {
      slow = () => echo(calls, response);
    };
    const answer = ask(world.client, { prefer: "a" });
    await until("a was asked", () => slow !== undefined);
    await turns();
    assert.deepEqual(asked(), [1, 0]);
    await world.time.advance(10);
    assert.equal(await answer, "b");
    assert.deepEqual(
      world.told.chosen.slice(-2).map(({ endpoint, why }) => [endpoint, why]),
      [
        ["a", "best"],
        ["b", "hedge"],
      ],
    );
    slow?.();
    await turns();
    assert.equal(world.told.failed.length, 0, "slowness is no failure");
  }));

test("both fail while both are asked: it is said once, after the last", () =>
  two(async (world) => {
    await settled(world);
    const held: (() => void)[] = [];
    for (const server of servers)
      server.answer = (calls, response) => void held.push(() => refusing({ code: 1, message: "no" })(calls, response));
    const answer = ask(world.client, { prefer: "a" });
    answer.catch(() => {});
    await until("a was asked", () => held.length === 1);
    await world.time.advance(10);
    await until("b was asked", () => held.length === 2);
    held[1]?.();
    await until("b failed", () => world.told.failed.length === 1);
    assert.equal(world.told.failed[0]?.next, "asking a");
    held[0]?.();
    await assert.rejects(answer, RpcError);
    assert.deepEqual(asked(), [1, 1]);
  }));

test("no second question where there is nobody to spare", async () => {
  await asking([servers[0].url], async (world) => {
    for (let i = 0; i < 12; i++) await ask(world.client);
    servers[0].answer = () => {};
    const stop = new AbortController();
    const before = asked()[0];
    const answer = ask(world.client, { signal: stop.signal });
    answer.catch(() => {});
    await until("asked", () => asked()[0] === (before ?? 0) + 1);
    await world.time.advance(10_000);
    assert.equal(asked()[0], (before ?? 0) + 1);
    stop.abort();
    await assert.rejects(answer);
  });
  await two(async (world) => {
    await settled(world);
    world.endpoints[1]?.sawHead(5n);
    servers[0].answer = () => {};
    const stop = new AbortController();
    const answer = ask(world.client, { prefer: "a", block: 6n, signal: stop.signal });
    answer.catch(() => {});
    await until("a was asked", () => asked()[0] === 1);
    await world.time.advance(10_000);
    assert.deepEqual(asked(), [1, 0], "b does not have that block");
    stop.abort();
    await assert.rejects(answer);
  });
});

test("the others are asked along now and then, so that it is known how they do", () =>
  two(async (world) => {
    await settled(world);
    for (let i = 0; i < 5; i++) await ask(world.client, { prefer: "a" });
    assert.deepEqual(asked(), [5, 0]);
    await world.time.advance(30_000);
    for (let i = 0; i < 5; i++) await ask(world.client, { prefer: "a" });
    await until("b was asked", () => asked()[1] === 1);
    assert.deepEqual(asked(), [10, 1]);
    assert.ok(world.told.chosen.some(({ endpoint, why }) => endpoint === "b" && why === "sample"));
  }));

test("dead after three failures: asked last, and again beside one that lives, until it answers", () =>
  two(async (world) => {
    const { client, time, told } = world;
    await settled(world);
    servers[0].answer = (_, response) => void response.destroy();
    for (let i = 1; i <= 3; i++) {
      assert.equal(await ask(client, { prefer: "a" }), "b");
      await until("a failed", () => told.failed.length === i);
      await time.advance(30_000);
    }
    assert.deepEqual(
      told.state.map(({ endpoint, state }) => [endpoint, state]),
      [["a", "down"]],
    );
    assert.match(told.state[0]?.why ?? "", /^a x: /);
    assert.equal(await ask(client), "b", "the probe costs nobody his answer");
    await until("it was probed", () => told.failed.length === 4);
    assert.equal(asked()[0], 4);
    await ask(client);
    assert.equal(asked()[0], 4, "one probe, then it rests longer");
    servers[0].answer = saying("a");
    await time.advance(2_000);
    await ask(client);
    await until("it is back", () => told.state.at(-1)?.state === "up");
    servers[1].answer = (_, response) => void response.destroy();
    assert.equal(await ask(client), "a");
  }));

test("all are dead: they are asked all the same", () =>
  two(async (world) => {
    await settled(world);
    for (const server of servers) server.answer = (_, response) => void response.destroy();
    for (let i = 0; i < 5; i++) await assert.rejects(ask(world.client), TransportError);
    servers[1].answer = saying("b");
    assert.equal(await ask(world.client), "b");
  }));

const range = (blocks: number) => [
  { method: "eth_getLogs", params: [{ fromBlock: "0x10", toBlock: `0x${(0x10 + blocks - 1).toString(16)}` }] },
];

test("a range that is too large for one goes to another, and from then on there first", () =>
  two(async (world) => {
    const { client, endpoints } = world;
    await settled(world);
    const upTo =
      (limit: number): Answer =>
      (calls, response) => {
        const [{ fromBlock = "", toBlock = "" } = {}] = (calls[0]?.params ?? []) as {
          fromBlock?: string;
          toBlock?: string;
        }[];
        const blocks = Number(toBlock) - Number(fromBlock) + 1;
        if (blocks > limit) refusing({ code: -32602, message: "exceed maximum block range" })(calls, response);
        else answering(() => "logs")(calls, response);
      };
    servers[0].answer = upTo(10);
    servers[1].answer = upTo(100);
    const logs = (blocks: number) =>
      client.ask(range(blocks), ([outcome]) => outcome && resultOf(outcome), { prefer: "a" });
    assert.equal(await logs(40), "logs");
    assert.equal(endpoints[0]?.limits.logRange, 20);
    await until("all have answered", () => asked()[1] === 1);
    await turns();
    const before = asked();
    assert.equal(await logs(30), "logs");
    assert.deepEqual(asked(), [before[0], (before[1] ?? 0) + 1]);
    await assert.rejects(logs(500), (error) => isTooLarge(error));
    assert.ok(
      endpoints.every(({ state }) => state === "closed"),
      "it is no failure of theirs",
    );
  }));

test("of several failures the one is told that says what to do", () =>
  two(async (world) => {
    await settled(world);
    const tooLarge = refusing({ code: -32005, message: "query returned more than 10000 results" });
    const unsupported = refusing({ code: -32601, message: "method not found" });
    const broken: Answer = (_, response) => void response.destroy();
    for (const [a, b, says] of [
      [broken, tooLarge, isTooLarge],
      [tooLarge, broken, isTooLarge],
      [unsupported, unsupported, isUnsupported],
      [unsupported, broken, (error: unknown) => error instanceof TransportError],
      [broken, unsupported, (error: unknown) => error instanceof TransportError],
    ] as const) {
      servers[0].answer = a;
      servers[1].answer = b;
      await assert.rejects(ask(world.client, { prefer: "a" }), (error) => says(error));
    }
  }));

test("several are asked the same; who fails is left out", () =>
  two(async (world) => {
    await settled(world);
    const each = () => world.client.askEach([{ method: "x", params: [] }], ([outcome]) => outcome && resultOf(outcome));
    const answers = await each();
    assert.deepEqual(answers.map(({ source, value }) => [source.name, value]).sort(), [
      ["a", "a"],
      ["b", "b"],
    ]);
    servers[0].answer = (_, response) => void response.writeHead(500).end();
    assert.deepEqual(
      (await each()).map(({ value }) => value),
      ["b"],
    );
    assert.equal(world.told.failed.at(-1)?.next, "going on without it");
  }));

test("without endpoints, or given up, it is said so", async () => {
  await assert.rejects(new RpcClient([]).call("x", []), /the chain has no endpoint/);
  await two(async ({ client }) => {
    const given = new AbortController();
    given.abort(new Error("enough"));
    await assert.rejects(client.call("x", [], given.signal), /enough/);
  });
});
