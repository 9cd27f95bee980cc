import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { createClient, GrantledgerError, type Watched, type WatchWhich } from "../../client/client.ts";
import { address, bytes32, openWorld, SUITE, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom, type Random } from "../support/random.ts";
import { sleepMs, until } from "../support/wait.ts";
import { FeedServer } from "../watching/feedServer.ts";
import { expectedFeeds, type Said } from "../watching/oracle.ts";
import { FeedTraffic } from "../watching/traffic.ts";
import { answer, refusal, type Scripted, type Step, silence, startScripted } from "./scripted.ts";

const BEGINNING = "1970-01-01T00:00:00Z";
const ROUNDS = 60;
const FILTERS: readonly (readonly [name: string, filter: WatchWhich["filter"], is: (said: Said) => boolean])[] = [
  ["everything", undefined, () => true],
  ["one grantee", { grantee: address(12) }, ({ about }) => about.grantee === address(12)],
  ["one holder", { holder: address(0x402) }, ({ about }) => about.holder === address(0x402)],
  ["one credential", { credential: bytes32(3) }, ({ about }) => about.credential === bytes32(3)],
];

function lineOf({ kind, chain, knownAt, event, transition }: Watched): string {
  const about = event ?? transition;
  assert(about);
  const { grantee, credential, purpose, contract } = about;
  const grant =
    grantee === null ? "" : `${credential} ${grantee.address} ${String(purpose).padStart(5, "0")} ${contract}`;
  const at = event?.blockTime ?? transition?.at;
  return [chain.replace("eip155:", ""), knownAt, kind, about.kind, at, grant.toLowerCase()].join(" ");
}

const lineOfSaid = ({ chain, moment, what, kind, at, about }: Said): string =>
  [chain, moment, what, kind, at, about.grant ?? ""].join(" ");

/** A fetch to any server that runs, whose answers break off somewhere. */
const breaking =
  (servers: readonly FeedServer[], random: Random): typeof fetch =>
  async (_input, init) => {
    const url = random.pick(servers).url;
    if (url === undefined) throw new TypeError("nothing listens");
    const response = await fetch(`${url}/graphql`, init);
    let left = 200 + random.int(20_000);
    const cut = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        controller.enqueue(piece.subarray(0, left));
        left -= piece.length;
        if (left < 0) controller.error(new Error("the network broke"));
      },
    });
    return new Response(response.body?.pipeThrough(cut) ?? null, response);
  };

describe("watching with the client", () => {
  const random = createRandom(seed());
  const again = `GRANTLEDGER_SEED=${seed()}`;
  let postgres: TestPostgres;
  let world: World;
  let sql: pg.Client;
  let servers: FeedServer[] = [];

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    sql = new pg.Client({ connectionString: world.databaseUrl });
    await sql.connect();
    servers = [new FeedServer(world.databaseUrl), new FeedServer(world.databaseUrl)];
    await Promise.all(servers.map((server) => server.start()));
  });
  after(async () => {
    await Promise.all(servers.map((server) => server.kill()));
    await sql?.end();
    await world?.close();
    await postgres?.stop();
  });

  it("loses nothing and doubles nothing, through cuts, kills and reorgs", async () => {
    const stop = new AbortController();
    const client = createClient({ url: "http://ledger.example", fetch: breaking(servers, random) });
    const watches = FILTERS.map(([, filter]) => {
      const watch = { lines: [] as string[], interruptions: 0, done: Promise.resolve() };
      const options = { signal: stop.signal, onInterruption: () => void watch.interruptions++ };
      watch.done = (async () => {
        for await (const item of client.watch({ filter, since: BEGINNING }, options)) watch.lines.push(lineOf(item));
      })();
      watch.done.catch(() => {});
      return watch;
    });
    const chains: FeedTraffic[] = [];
    for (const id of [1n, 2n]) chains.push(new FeedTraffic(world, await world.chain(id, undefined, SUITE), random));
    const restarts: Promise<void>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const chain of chains) await chain.act();
      if (random.chance(0.3)) await sleepMs(random.int(40));
      const server = random.pick(servers);
      if (round % 20 === 7 && server.url !== undefined) {
        await server.kill();
        restarts.push(server.start());
      }
    }
    for (const chain of chains) await chain.settle();
    await Promise.all(restarts);

    const feeds = await expectedFeeds(sql);
    assert.ok(
      [...feeds.values()].flat().some(({ what }) => what === "TRANSITION_RETRACTED"),
      again,
    );
    for (const [i, [name, , is]] of FILTERS.entries()) {
      const { lines, interruptions } = watches[i] ?? assert.fail();
      const expected = [...feeds.values()].flat().filter(is);
      await until(`${name}: ${expected.length} items, ${again}`, () => lines.length >= expected.length);
      for (const chain of feeds.keys())
        assert.deepEqual(
          lines.filter((line) => line.startsWith(`${chain} `)),
          expected.filter((said) => said.chain === chain).map(lineOfSaid),
          `${name} on chain ${chain}, ${again}`,
        );
      assert.ok(interruptions > 0, `${name} was never interrupted, ${again}`);
    }
    stop.abort(new Error("enough"));
    for (const { done } of watches) await assert.rejects(done, /enough/);
  });

  it("goes on after the cursor that was kept, and ends its connection when it is left", async () => {
    const url = servers[0]?.url ?? assert.fail();
    const client = createClient({ url });
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let i = 0; i < 5; i++) {
      const begin = cursor === undefined ? { since: BEGINNING } : { after: cursor };
      for await (const item of client.watch(begin)) {
        seen.push(lineOf(item));
        cursor = item.cursor;
        if (seen.length % 3 === 0) break;
      }
    }
    const whole: string[] = [];
    for await (const item of client.watch({ since: BEGINNING })) if (whole.push(lineOf(item)) === seen.length) break;
    // The order between chains is nobody's promise.
    const of = (lines: readonly string[], chain: number) => lines.filter((line) => line.startsWith(`${chain} `));
    const shorter = Math.min(of(seen, 1).length, of(whole, 1).length);
    assert.equal(seen.length, 15);
    assert.deepEqual(of(seen, 1).slice(0, shorter), of(whole, 1).slice(0, shorter));
    await until("no watch is left", async () => {
      const { rows } = await sql.query(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'active' AND application_name LIKE 'grantledger api%'",
      );
      return rows[0].n === 0;
    });
  });

  it("says why it cannot go on", async () => {
    const client = createClient({ url: servers[0]?.url ?? assert.fail() });
    for (const [which, code] of [
      [{ after: "what nobody gave out" }, "BAD_CURSOR"],
      [{ since: "2999-01-01T00:00:00Z" }, "BAD_INPUT"],
      [{ since: BEGINNING, filter: { grantee: "0x12" as never } }, "BAD_INPUT"],
    ] as const)
      await assert.rejects(first(client.watch(which)), (error) => isError(error, code, false));
    for (const which of [{}, { filter: {} }, { after: "a", since: BEGINNING }])
      assert.throws(() => client.watch(which as never), /begins after a cursor/);
    assert.throws(() => client.watch({ since: BEGINNING }, { silenceMs: 0 }), /silenceMs: expected a number/);
  });
});

async function first<T>(items: AsyncIterable<T>): Promise<T> {
  for await (const item of items) return item;
  throw new Error("no item");
}

const isError = (error: unknown, code: string, retryable: boolean): boolean =>
  error instanceof GrantledgerError && error.code === code && error.retryable === retryable;

describe("a watch of an API that misbehaves", () => {
  let api: Scripted;
  before(async () => {
    api = await startScripted();
  });
  after(() => api?.stop());

  const item = (cursor: unknown): string => `event: next\ndata: ${JSON.stringify({ data: { item: { cursor } } })}\n\n`;
  const stream =
    (...texts: readonly string[]): Step =>
    (response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const text of texts) response.write(text);
    };
  const bodies = () => api.asked.map(({ body }) => JSON.parse(body).variables);

  it("that falls silent, comes back with the cursor", async () => {
    api.play(stream(item("a"), ": beat\n\n"), stream(item("b")));
    const interruptions: string[] = [];
    const options = { silenceMs: 60, onInterruption: ({ code }: GrantledgerError) => void interruptions.push(code) };
    const cursors: string[] = [];
    for await (const { cursor } of createClient({ url: api.url }).watch({ since: BEGINNING }, options)) {
      cursors.push(cursor);
      if (cursors.length === 2) break;
    }
    assert.deepEqual(cursors, ["a", "b"]);
    assert.deepEqual(interruptions, ["TIMEOUT"]);
    assert.deepEqual(bodies(), [{ since: BEGINNING }, { after: "a" }]);
  });

  it("that has too many watchers, is waited for; one that never has a place, not for ever", async () => {
    const full = refusal("TOO_MANY_WATCHERS", 503, { "retry-after": "0" });
    api.play(full, full, stream(item("a")));
    assert.equal((await first(createClient({ url: api.url }).watch({ since: BEGINNING }))).cursor, "a");
    assert.equal(api.asked.length, 3);
    api.play(full);
    const impatient = createClient({ url: api.url }).watch({ since: BEGINNING }, { timeoutMs: 400 });
    await assert.rejects(first(impatient), (error) => isError(error, "TOO_MANY_WATCHERS", true));
  });

  for (const [what, step, code] of [
    ["that answers otherwise", answer({ data: { item: { cursor: "a" } } }), "BAD_ANSWER"],
    ["that sends no JSON", stream("event: next\ndata: hello\n\n"), "BAD_ANSWER"],
    ["whose items have no cursor", stream(item(undefined)), "BAD_ANSWER"],
    [
      "that revokes the key",
      stream(`event: next\ndata: {"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}\n\n`),
      "FORBIDDEN",
    ],
  ] as const)
    it(`${what}, ends`, async () => {
      api.play(step);
      const watch = createClient({ url: api.url }).watch({ since: BEGINNING });
      await assert.rejects(first(watch), (error) => isError(error, code, false));
      assert.equal(api.asked.length, 1);
    });

  for (const [what, step] of [
    ["that takes the question and says nothing", silence],
    ["that opens a stream and says nothing", stream(":\n\n")],
  ] as const)
    it(`${what}, ends with its caller's signal`, async () => {
      api.play(step);
      const stop = new AbortController();
      const watch = first(createClient({ url: api.url }).watch({ since: BEGINNING }, { signal: stop.signal }));
      await until("it was asked", () => api.asked.length === 1);
      stop.abort(new Error("enough"));
      await assert.rejects(watch, /enough/);
    });
});
