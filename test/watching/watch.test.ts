import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pino from "pino";
import { type Api, startApi } from "../../indexer/api/server.ts";
import { TransitionKeeper } from "../../indexer/ledger/transitions/keeper.ts";
import { address, bytes32, NOW, openWorld, type TestChain, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { until } from "../support/wait.ts";
import { readEvents, subscribe } from "./sse.ts";
import { WATCH, Watcher } from "./watcher.ts";

const log = pino({ level: process.env["TEST_LOG"] ?? "silent" });

describe("a watch", () => {
  let postgres: TestPostgres;
  let world: World;
  let chain: TestChain;
  let keeper: TransitionKeeper;
  const watchers: Watcher[] = [];
  const apis = new Set<Api>();

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    keeper = new TransitionKeeper(world.databaseUrl, log);
    chain = await world.chain(1n);
    await chain.mine(NOW - 900n, [{ record: { grantedAt: NOW - 900n, expiresAt: NOW - 300n, retention: 100n } }]);
  });
  after(async () => {
    await Promise.all(watchers.map((watcher) => watcher.stop()));
    await Promise.all([...apis].map((api) => api.stop()));
    await keeper?.stop();
    await world?.close();
    await postgres?.stop();
  });

  const start = (options: Partial<ConstructorParameters<typeof Watcher>[0]> = {}): Watcher => {
    const watcher = new Watcher({ url: () => world.api.url, ...options });
    watchers.push(watcher);
    return watcher;
  };
  const kinds = ({ lines }: Watcher): string[] => lines.map((text) => text.split(" ").slice(2, 6).join(" "));
  const another = async (more: { maxWatchers?: number } = {}): Promise<Api> => {
    const api = await startApi({
      ...{ databaseUrl: world.databaseUrl, host: "127.0.0.1", port: 0, explore: false, maxStalenessSeconds: 60 },
      ...{ clock: () => Number(world.now) * 1000, log, ...more },
    });
    apis.add(api);
    return api;
  };
  /** The first event of a watch that must be refused, and its error. */
  const refused = async (variables: object, url = world.api.url) => {
    const response = await subscribe(url, WATCH, { ...variables });
    assert.ok(response.body);
    for await (const { event, data } of readEvents(response.body)) {
      assert.equal(event, "next");
      const { errors } = JSON.parse(data);
      return { code: errors[0].extensions.code, status: response.status, message: errors[0].message };
    }
    assert.fail("nothing was said");
  };

  it("tells what time alone changes, when the chain has come to it", async () => {
    const watcher = start({ since: "1970-01-01T00:00:00Z", filter: { grantee: address(2) } });
    await until("the grant", () => watcher.lines.length === 1);
    await chain.mine(NOW - 250n, []);
    await until("its end", () => watcher.lines.length === 2);
    await chain.mine(NOW - 100n, []);
    await until("the end of all", () => watcher.lines.length === 3);
    assert.deepEqual(kinds(watcher), [
      `EVENT 1 GRANTED ${NOW - 900n}`,
      `TRANSITION 1 ENDED_ACTIVE ${NOW - 300n}`,
      `TRANSITION 1 ENDED ${NOW - 200n}`,
    ]);
  });

  it("takes back what a reorg undid, the newest first, and tells what the new branch says", async () => {
    const watcher = start();
    await until("it is there", () => watcher.connections === 1);
    const { knownAt } = (await world.ask("{ auditTrail(last: 1) { knownAt } }")).auditTrail;
    const resumed = start({ since: knownAt });
    await chain.mine(NOW - 90n, [{ credential: 5, record: { grantedAt: NOW - 90n, expiresAt: NOW - 85n } }]);
    await chain.mine(NOW - 80n, [{ credential: 6, record: {} }]);
    await chain.rollback(3n);
    await chain.mine(NOW - 70n, [{ credential: 5, record: { grantedAt: NOW - 70n } }]);
    const expected = [
      `EVENT 2 GRANTED ${NOW - 90n}`,
      `TRANSITION 2 ENDED_ACTIVE ${NOW - 85n}`,
      `TRANSITION 2 ENDED ${NOW - 85n}`,
      `EVENT 3 GRANTED ${NOW - 80n}`,
      `EVENT_RETRACTED 3 GRANTED ${NOW - 80n}`,
      `TRANSITION_RETRACTED 2 ENDED ${NOW - 85n}`,
      `TRANSITION_RETRACTED 2 ENDED_ACTIVE ${NOW - 85n}`,
      `EVENT_RETRACTED 2 GRANTED ${NOW - 90n}`,
      `EVENT 4 GRANTED ${NOW - 70n}`,
    ];
    await until("all of it", () => resumed.lines.length >= expected.length);
    assert.deepEqual(kinds(resumed), expected);
    await until("the last", () => watcher.lines.at(-1) === resumed.lines.at(-1));
    // Who gave no place began when it was there, and may have been told less of the beginning, but nothing else.
    assert.deepEqual(kinds(watcher), expected.slice(expected.length - watcher.lines.length));
  });

  it("goes on after any item of any watch, with any filter", async () => {
    const all = start({ since: "1970-01-01T00:00:00Z" });
    await until("all", () => all.lines.length === 12);
    const response = await subscribe(world.api.url, WATCH, { since: "1970-01-01T00:00:00Z" });
    assert.ok(response.body);
    const cursors: string[] = [];
    for await (const { data } of readEvents(response.body)) {
      cursors.push(JSON.parse(data).data.watch.cursor);
      if (cursors.length === 12) break;
    }
    assert.equal(new Set(cursors).size, 12);
    for (const [i, cursor] of cursors.entries()) {
      const watcher = start({ after: cursor });
      await until(`those after item ${i}`, () => watcher.lines.length >= 11 - i);
      assert.deepEqual(watcher.lines, all.lines.slice(i + 1));
      await watcher.stop();
    }
    const filtered = start({ filter: { credential: bytes32(5), chain: "eip155:1" }, after: cursors[2] });
    await until("those of the credential", () => filtered.lines.length === 7);
    assert.ok(filtered.lines.every((text) => text.includes(bytes32(5))));
  });

  it("tells a chain that came later from its beginning", async () => {
    const watcher = start();
    await until("it is there", () => watcher.connections === 1);
    const two = await world.chain(2n);
    await two.mine(NOW - 60n, [{ record: {} }], { caughtUp: false });
    await two.mine(NOW - 50n, [{ credential: 2, record: {} }]);
    await until("both", () => watcher.lines.length === 2);
    assert.deepEqual(kinds(watcher), [`EVENT 1 GRANTED ${NOW - 60n}`, `EVENT 2 GRANTED ${NOW - 50n}`]);
  });

  it("refuses a place that is none, or not of this ledger", async () => {
    assert.equal((await refused({ after: "nonsense" })).code, "BAD_CURSOR");
    assert.equal((await refused({ since: "2099-01-01T00:00:00Z" })).code, "BAD_INPUT");
    const other = start({ since: "1970-01-01T00:00:00Z" });
    await until("something", () => other.cursor !== undefined);
    assert.equal((await refused({ after: other.cursor, since: "1970-01-01T00:00:00Z" })).code, "BAD_INPUT");
    const elsewhere = await openWorld(postgres);
    try {
      const ahead = await refused({ after: other.cursor }, elsewhere.api.url);
      assert.deepEqual([ahead.code, ahead.status], ["NOT_YET_INDEXED", 503]);
    } finally {
      await elsewhere.close();
    }
  });

  it("lets no more in than it can serve, and lets in who comes when one has left", async () => {
    const small = await another({ maxWatchers: 2 });
    const [one, two] = [start({ url: () => small.url }), start({ url: () => small.url })];
    await until("both are in", () => one.connections + two.connections === 2);
    const full = await refused({}, small.url);
    assert.deepEqual([full.code, full.status], ["TOO_MANY_WATCHERS", 503]);
    await one.stop();
    const three = start({ url: () => small.url, since: "1970-01-01T00:00:00Z" });
    await until("there is room again", () => three.lines.length > 0);
    await Promise.all([two.stop(), three.stop()]);
  });

  it("is ended, and said to be, when the server stops", async () => {
    const api = await another();
    const response = await subscribe(api.url, WATCH, {});
    assert.ok(response.body);
    const events = readEvents(response.body);
    const first = events.next();
    apis.delete(api);
    await api.stop();
    assert.deepEqual((await first).value, { event: "complete", data: "" });
  });

  it("is told as an error that the database is away, and goes on when it is back", async () => {
    const watcher = start();
    await until("it is there", () => watcher.connections === 1);
    const lost = new Promise((resolve) => chain.writer.close().then(resolve));
    await lost;
    await postgres.restart();
    const again = await world.chain(1n);
    again.takeOver(chain);
    chain = again;
    await chain.mine(NOW - 20n, [{ credential: 8, record: {} }]);
    await until("what came after", () => watcher.lines.length === 1);
    assert.deepEqual(kinds(watcher), [`EVENT 5 GRANTED ${NOW - 20n}`]);
    for (const code of watcher.codes) assert.ok(["RETRYABLE", "NOT_YET_INDEXED"].includes(code), code);
  });

  it("is refused to who asks for plain JSON", async () => {
    const response = await fetch(`${world.api.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query: "subscription { watch { cursor } }" }),
    });
    await response.text();
    assert.ok(response.status >= 400 && response.status < 500, `${response.status}`);
  });
});
