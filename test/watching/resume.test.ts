import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import pg from "pg";
import { address, bytes32, openWorld, SUITE, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { sleepMs, until } from "../support/wait.ts";
import { FeedServer } from "./feedServer.ts";
import { expectedFeeds, line, type Said } from "./oracle.ts";
import { FeedTraffic } from "./traffic.ts";
import { Watcher } from "./watcher.ts";

/**
 * Watchers whose connections are cut and whose servers are killed at random moments, while the chains reorganise: what each
 * received in the end is what the ledger's trail says, in its order, nothing lost and nothing doubled.
 */

const ROUNDS = 90;
const FILTERS: readonly (readonly [name: string, filter: object, is: (said: Said) => boolean])[] = [
  ["everything", {}, () => true],
  ["one grantee", { grantee: address(12) }, ({ about }) => about.grantee === address(12)],
  ["one holder", { holder: address(0x402) }, ({ about }) => about.holder === address(0x402)],
  ["one credential", { credential: bytes32(3) }, ({ about }) => about.credential === bytes32(3)],
  ["one chain", { chain: "eip155:2" }, ({ chain }) => chain === 2n],
];

describe("watching through kills, cuts and reorgs", () => {
  const random = createRandom(seed());
  const again = `GRANTLEDGER_SEED=${seed()}`;
  let postgres: TestPostgres;
  let world: World;
  let sql: pg.Client;
  let servers: FeedServer[] = [];
  let watchers: Watcher[] = [];

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    sql = new pg.Client({ connectionString: world.databaseUrl });
    await sql.connect();
    servers = [new FeedServer(world.databaseUrl), new FeedServer(world.databaseUrl)];
    await Promise.all(servers.map((server) => server.start()));
  });
  after(async () => {
    await Promise.all(watchers.map((watcher) => watcher.stop()));
    await Promise.all(servers.map((server) => server.kill()));
    await sql?.end();
    await world?.close();
    await postgres?.stop();
  });

  it("loses nothing and doubles nothing", async () => {
    const url = (): string | undefined => random.pick(servers).url;
    watchers = FILTERS.map(([, filter]) => new Watcher({ url, filter: { ...filter }, since: "1970-01-01T00:00:00Z" }));
    const chains: FeedTraffic[] = [];
    for (const id of [1n, 2n]) chains.push(new FeedTraffic(world, await world.chain(id, undefined, SUITE), random));
    const restarts: Promise<void>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const chain of chains) await chain.act();
      if (random.chance(0.3)) await sleepMs(random.int(40));
      if (random.chance(0.4)) random.pick(watchers).cut();
      const server = random.pick(servers);
      if (round % 15 === 7 && server.url !== undefined) {
        await server.kill();
        restarts.push(server.start());
      }
    }
    for (const chain of chains) await chain.settle();
    await Promise.all(restarts);

    const feeds = await expectedFeeds(sql);
    for (const [i, [name, , is]] of FILTERS.entries()) {
      const watcher = watchers[i];
      assert.ok(watcher);
      const expected = [...feeds.values()].flat().filter(is);
      await until(`${name}: ${expected.length} items, ${again}`, () => watcher.lines.length >= expected.length);
      for (const chain of feeds.keys()) {
        const received: string[] = watcher.lines.filter((text) => text.split(" ")[1] === String(chain));
        const lines = expected.filter((said) => said.chain === chain).map((said) => `${said.moment} ${line(said)}`);
        assert.deepEqual(received, lines, `${name} on chain ${chain}, ${again}`);
      }
      assert.ok(watcher.connections > 1, `${name} was never interrupted, ${again}`);
      assert.ok(expected.some(({ what }) => what === "TRANSITION_RETRACTED") || i > 0, again);
    }
  });

  it("says the same to whoever comes later and asks from the beginning, whatever the process", async () => {
    const feeds = await expectedFeeds(sql);
    const all = [...feeds.values()].flat();
    for (const server of servers) {
      const late = new Watcher({ url: () => server.url, since: "1970-01-01T00:00:00Z" });
      watchers.push(late);
      await until(`${all.length} items, ${again}`, () => late.lines.length >= all.length);
      for (const [chain, feed] of feeds)
        assert.deepEqual(
          late.lines.filter((text) => text.split(" ")[1] === String(chain)),
          feed.map((said) => `${said.moment} ${line(said)}`),
          again,
        );
    }
  });
});
