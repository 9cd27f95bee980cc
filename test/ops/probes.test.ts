import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { Database } from "../../indexer/api/database.ts";
import { answerOps, type Watched } from "../../indexer/api/probes.ts";
import { EndpointHealth } from "../../indexer/ops/endpointHealth.ts";
import { createLogger } from "../../indexer/ops/log.ts";
import type { RunnerReport } from "../../indexer/ops/runnerReport.ts";
import { NOW, openWorld, type World } from "../api/world.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";

/** What `/health`, `/ready` and `/status` say of the process, beside what they say of the ledger. */

describe("the probes", () => {
  let postgres: TestPostgres;
  let world: World;
  let database: Database;
  let server: Server;
  let delay = 0;
  let runners: RunnerReport[] = [];

  before(async () => {
    postgres = await startTestPostgres();
    world = await openWorld(postgres);
    database = new Database(world.databaseUrl, () => {});
    const watched: Watched = {
      ...{ database, clock: () => Number(world.now) * 1000, maxStalenessSeconds: 60 },
      ...{ runners: () => runners, eventLoop: { medianDelayMs: () => delay } },
    };
    const log = createLogger("error", { write: () => {} });
    server = createServer((request, response) => void answerOps(request.url ?? "", response, watched, log));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  after(async () => {
    await new Promise((resolve) => server.close(resolve));
    await database.close();
    await world.close();
    await postgres.stop();
  });

  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    // biome-ignore lint/suspicious/noExplicitAny: looked into below.
    return { status: response.status, body: (await response.json()) as any };
  };
  const runner = (over: Partial<RunnerReport> = {}): RunnerReport => ({
    ...{ chainId: 5n, name: "Five", phase: "starting", since: Number(NOW) * 1000, problem: undefined },
    ...{ progress: undefined, endpoints: [] },
    ...over,
  });

  it("health: not while the event loop is late half of the time", async () => {
    assert.deepEqual(await get("/health"), { status: 200, body: { status: "alive" } });
    delay = 1_500;
    const { status, body } = await get("/health");
    assert.deepEqual([status, body.status], [503, "stalled"]);
    assert.match(body.why, /1500 ms late/);
    delay = 0;
    assert.equal((await get("/health")).status, 200);
  });

  it("ready: not while a configured chain has not begun, with the reason", async () => {
    runners = [runner()];
    assert.deepEqual((await get("/ready")).body, {
      ready: false,
      why: ["eip155:5 (Five): is configured, and not begun yet"],
    });
    runners = [runner({ phase: "stopped", problem: "https://a serves chain 1" })];
    assert.deepEqual((await get("/ready")).body.why, ["eip155:5 (Five): not begun: https://a serves chain 1"]);
    const chain = await world.chain(5n, "Five");
    await chain.mine(NOW - 10n, []);
    assert.deepEqual(await get("/ready"), { status: 200, body: { ready: true, why: [] } });
    world.now += 100n;
    assert.equal((await get("/ready")).status, 503, "and not any more when the head is stale");
    world.now -= 100n;
    assert.equal((await get("/ready")).status, 200);
  });

  it("status: what this process does about a chain, and how its endpoints do", async () => {
    const health = new EndpointHealth(["https://a.example/***", "https://b.example"], () => Number(NOW) * 1000);
    const [endpoint, other] = ["https://a.example/***", "https://b.example"];
    health.observer.answered({ endpoint, method: "eth_getLogs", calls: 1, ms: 3 });
    health.observer.head({ endpoint, number: 77n });
    health.observer.failed({ endpoint: other, method: "eth_getLogs", kind: "timeout", message: "no answer", next: "" });
    runners = [
      runner({
        ...{ phase: "backfill", endpoints: health.report() },
        progress: { done: 333, total: 1_000, perSecond: 66.66, secondsLeft: 10.005 },
      }),
    ];
    const at = "2027-01-15T08:00:00.000Z";
    const [chain] = (await get("/status")).body.chains;
    assert.deepEqual(chain.runner, {
      ...{ phase: "backfill", since: at, problem: null, waitsFor: "the rest of the history" },
      progress: { blocksDone: 333, blocksTotal: 1_000, percent: 33.3, blocksPerSecond: 66.7, secondsLeft: 11 },
      endpoints: [
        { endpoint, state: "up", answered: 1, failed: 0, head: 77, lastAnswer: at, lastFailure: null },
        {
          ...{ endpoint: other, state: "down", answered: 0, failed: 1, head: null, lastAnswer: null },
          lastFailure: { at, kind: "timeout", message: "no answer" },
        },
      ],
    });
  });
});
