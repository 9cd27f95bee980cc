/**
 * Where the time goes between a block that a node pushes and its rows being committed: `node bench/headStages.ts [blocks]`.
 * Anvil, PostgreSQL with fsync and the indexer of one chain, whose head comes over WebSocket, in this process.
 */
import { ChainRunner } from "../indexer/chainRunner.ts";
import { migrate } from "../indexer/ledger/migrate.ts";
import { UNOBSERVED } from "../indexer/ops/chainObserver.ts";
import { createLogger } from "../indexer/ops/log.ts";
import { observing } from "../indexer/rpc/observer.ts";
import { startAnvil } from "../test/support/anvil.ts";
import { chainConfig } from "../test/support/indexing.ts";
import { startTestPostgres } from "../test/support/postgres.ts";
import { Traffic } from "../test/support/traffic.ts";
import { sleepMs, until } from "../test/support/wait.ts";

const WARM_UP = 10;
const blocks = Number(process.argv[2] ?? 100);

const [anvil, postgres] = await Promise.all([startAnvil({ chainId: 31_950 }), startTestPostgres({ durable: true })]);
const traffic = await Traffic.start(anvil);
await traffic.empty(70);
const databaseUrl = await postgres.createDatabase();
await migrate(databaseUrl);

let [subscribed, pushedAt, writtenAt, writing] = [false, 0, 0, 0];
const runner = new ChainRunner({
  chain: { ...chainConfig(traffic, [anvil.url.replace("http", "ws")]), pollIntervalMs: 5_000 },
  databaseUrl,
  clock: Date.now,
  log: createLogger("warn"),
  rpcObserver: observing({
    subscription: ({ state }) => {
      subscribed = state === "on";
    },
    hint: () => {
      pushedAt = performance.now();
    },
  }),
  observer: {
    ...UNOBSERVED,
    wrote: (step, seconds) => {
      if (step !== "append") return;
      writtenAt = performance.now();
      writing = seconds * 1000;
    },
  },
});
const stages: Record<string, number[]> = { "pushed to committed": [], "of that, writing": [] };
try {
  await until("it is subscribed and at the head", () => subscribed && runner.phase === "live");
  for (let i = -WARM_UP; i < blocks; i++) {
    await traffic.send(traffic.grant({ holder: 1, grantee: 8, seal: 1_000 + i, purpose: 1 }));
    await sleepMs(50);
    const before = writtenAt;
    await anvil.send("evm_mine");
    await until("it is written", () => writtenAt > before, { everyMs: 1 });
    if (i < 0) continue;
    stages["pushed to committed"]?.push(writtenAt - pushedAt);
    stages["of that, writing"]?.push(writing);
  }
} finally {
  await runner.stop();
  await Promise.all([anvil.stop(), postgres.stop()]);
}
for (const [stage, values] of Object.entries(stages)) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (p: number): string => (sorted[Math.floor(p * (sorted.length - 1))] ?? Number.NaN).toFixed(1);
  process.stdout.write(`${stage}: least ${at(0)} ms, median ${at(0.5)} ms, p95 ${at(0.95)} ms\n`);
}
