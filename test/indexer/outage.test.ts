import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { startAnvil } from "../support/anvil.ts";
import { BehindProxy } from "../support/behindProxy.ts";
import { block, byRange, type Fault, type HttpFault, SECRETS, startLyingProxy } from "../support/lyingProxy.ts";
import { freePort } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { sleepMs, until } from "../support/wait.ts";

/** Nodes that are away, slow, busy, or of another chain; and several endpoints, of which some are. */

let world: BehindProxy;
before(async () => {
  world = await BehindProxy.start(45001, seed());
});
after(() => world?.stop());
beforeEach(() => world.newLedger());
afterEach(() => world.endLedger());

const OUTAGES: Record<string, { fault?: Fault; http?: HttpFault; problem: RegExp }> = {
  "an error in place of every answer": {
    fault: () => ({ error: { code: -32000, message: "header not found" } }),
    problem: /eth_chainId was not answered|header not found/,
  },
  "a rate limit, said inside of 200": {
    fault: () => ({ error: { code: 429, message: "Your app has exceeded its compute units per second capacity" } }),
    problem: /compute units per second/,
  },
  "HTTP 429": { http: page(429, "slow down"), problem: /HTTP 429/ },
  "HTTP 500": { http: page(500, '{"status":"error"}'), problem: /HTTP 500/ },
  "a page of HTML": { http: page(200, "<html><h1>Sign in</h1></html>"), problem: /HTTP 200, not JSON/ },
  "half of an answer": { http: page(200, '{"jsonrpc":"2.0","id":1,"res'), problem: /not JSON/ },
  "connections that break": {
    http: (_, response) => {
      response.destroy();
      return true;
    },
    problem: /other side closed|ECONNRESET/,
  },
};

function page(status: number, body: string): HttpFault {
  return (_, response) => {
    response.writeHead(status, { "content-type": "text/html" }).end(body);
    return true;
  };
}

for (const [name, { fault, http, problem }] of Object.entries(OUTAGES))
  test(`${name}: from the start and at the head`, async () => {
    const { proxy } = world;
    for (const moment of ["from the start", "at the head"]) {
      proxy.fault = fault;
      proxy.httpFault = http;
      if (moment === "from the start") world.index();
      await world.mineSome();
      await world.staysRight(`${name}, ${moment}`, () => problem.test(world.problem) && proxy.lies > 1);
      assert.equal(world.phase, "retrying");
      proxy.fault = undefined;
      proxy.httpFault = undefined;
      await world.agrees();
    }
  });

test("a node that refuses connections, then is there", async () => {
  const late = await freePort();
  const { runner } = world.index(`http://127.0.0.1:${late}`);
  await until("it does not answer", () => runner.phase === "retrying");
  assert.match(runner.problem ?? "", /ECONNREFUSED/);
  await world.staysRight("nothing is written", () => true);
  const there = await startLyingProxy(world.anvil.url, late);
  try {
    await world.agrees();
  } finally {
    await there.stop();
  }
});

test("a node that hangs in the middle, then goes on", async () => {
  world.index(world.anvil.url);
  await world.agrees();
  world.anvil.signal("SIGSTOP");
  await sleepMs(1_500);
  const before = (await world.ledger()).chain;
  world.anvil.signal("SIGCONT");
  await world.mineSome();
  await world.agrees();
  assert.notEqual((await world.ledger()).chain?.indexed_hash, before?.indexed_hash);
});

test("an endpoint that never answers: the other one is used after a bounded wait", async () => {
  const hanging = await startLyingProxy(world.anvil.url);
  hanging.httpFault = () => true;
  try {
    world.index(hanging.url, world.proxy.url);
    await world.agrees();
    await world.mineSome();
    await world.agrees();
    assert.ok(hanging.lies > 0, "the first endpoint was asked");
  } finally {
    await world.stopIndexing();
    await hanging.stop();
  }
});

for (const [name, fault] of Object.entries({
  "answers every call with an error": () => ({ error: { code: -32005, message: "daily request count exceeded" } }),
  "has lost its blocks": block(() => null),
  "gives logs that contradict its headers": byRange((logs) => [...logs, ...logs]),
}) as [string, Fault][])
  test(`an endpoint that ${name}: the other one is used`, async () => {
    const bad = await startLyingProxy(world.anvil.url);
    bad.fault = (call, answer) => (call.method === "eth_chainId" ? answer : fault(call, answer));
    try {
      world.index(bad.url, world.proxy.url);
      await world.agrees();
      assert.ok(bad.lies > 0, "the first endpoint was asked");
    } finally {
      await world.stopIndexing();
      await bad.stop();
    }
  });

test("another chain behind the URL: an operator's error, and no row", async () => {
  world.proxy.fault = (call, answer) => (call.method === "eth_chainId" ? { result: "0x539" } : answer);
  const { runner } = world.index(world.proxy.urlWithSecrets);
  await until("it stopped", () => runner.phase === "stopped");
  assert.match(runner.problem ?? "", /serves chain 1337, the configuration says \d+: correct the RPC URL/);
  const { chain, ...rows } = await world.ledger();
  assert.deepEqual(rows, { events: [], grants: [], credentials: [], entities: [], blocks: [], reorgs: [] });
  assert.equal(chain?.indexed_number ?? null, null);
});

test("one of two endpoints on another chain: the other one is used", async () => {
  const wrong = await startLyingProxy(world.anvil.url);
  wrong.fault = (call, answer) => (call.method === "eth_chainId" ? { result: "0x539" } : answer);
  try {
    world.index(wrong.url, world.proxy.url);
    await world.agrees();
    await world.mineSome();
    await world.agrees();
    assert.deepEqual([...wrong.served.keys()], ["eth_chainId"], "nothing but its chain id was asked of the wrong one");
  } finally {
    await world.stopIndexing();
    await wrong.stop();
  }
});

test("one endpoint on another chain and one that is away: that is no reason to stop", async () => {
  const { runner } = world.index(`http://127.0.0.1:${await freePort()}`, world.proxy.url);
  world.proxy.fault = (call, answer) => (call.method === "eth_chainId" ? { result: "0x539" } : answer);
  await until("it tries again", () => runner.phase === "retrying");
  await sleepMs(700);
  assert.equal(runner.phase, "retrying", runner.problem);
});

test("the node is replaced by one of another chain in mid-run: nothing is rolled back, nothing quarantined", async () => {
  const { runner } = world.index();
  await world.agrees();
  const stranger = await startAnvil({ chainId: 44_777 });
  try {
    await stranger.send("anvil_mine", "0x200");
    // Behind the same address, without a connection being lost: only its blocks show it.
    world.proxy.node = stranger.url;
    await until("it stopped", () => runner.phase === "stopped");
    assert.match(runner.problem ?? "", /serves chain 44777, the configuration says \d+/);
    await world.staysRight(
      "nothing changed",
      ({ chain, reorgs }) => chain?.status !== "QUARANTINED" && reorgs.length === 0,
    );
  } finally {
    await world.stopIndexing();
    await stranger.stop();
  }
});

test("no error text shows what the URL hides", async () => {
  const shown: string[] = [];
  const echo = SECRETS.join(" ");
  const faults: [Fault | undefined, HttpFault | undefined][] = [
    [undefined, page(403, `<html>${echo}: wrong key</html>`)],
    [undefined, page(429, JSON.stringify({ error: { code: 1, message: `${echo} is over its limit` } }))],
    [() => ({ error: { code: -32000, message: `project ${echo} is disabled` } }), undefined],
    [(call, answer) => (call.method === "eth_chainId" ? { result: "0x539" } : answer), undefined],
  ];
  for (const [fault, http] of faults) {
    world.proxy.fault = fault;
    world.proxy.httpFault = http;
    const { runner, lines } = world.index(world.proxy.urlWithSecrets);
    await until("it met the fault", () => runner.problem !== undefined);
    shown.push(runner.problem ?? "", ...lines);
    await world.stopIndexing();
  }
  const away = world.index(world.proxy.urlWithSecrets.replace(/:\d+\//, `:${await freePort()}/`));
  await until("it met the fault", () => away.runner.problem !== undefined);
  shown.push(away.runner.problem ?? "", ...away.lines);
  for (const secret of SECRETS)
    for (const text of shown) assert.ok(!text.includes(secret), `${secret} is shown in ${text}`);
  assert.ok([...world.proxy.paths].every((path) => path.includes(SECRETS[2]) && path.includes(SECRETS[3])));
});
