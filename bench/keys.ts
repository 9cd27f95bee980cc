/**
 * `node bench/keys.ts [seconds]`: what a key and the log of queries cost a check over GraphQL. The same server three times,
 * asked in turn over 20 connections: open, with keys, with keys and the log. The database waits for its disk, as in service.
 */
import pino from "pino";
import { startApi } from "../indexer/api/server.ts";
import { openKeyring } from "../test/access/keyring.ts";
import { address, bytes32, NOW, openWorld } from "../test/api/world.ts";
import { startTestPostgres } from "../test/support/postgres.ts";
import { checkQuery } from "./measures/ask.ts";
import { load } from "./measures/load.ts";

const SECONDS = Number(process.argv[2] ?? 4);
const ROUNDS = 5;
const GRANTEE = address(2);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const postgres = await startTestPostgres({ durable: true });
const world = await openWorld(postgres);
try {
  await (await world.chain(1n)).mine(NOW - 1n, [{ record: {} }]);
  const keys = await openKeyring(world.databaseUrl);
  const { key } = await keys.make("INSTITUTION", GRANTEE);
  await keys.close();
  const start = (access?: { keys: boolean; log: boolean }) =>
    startApi({
      ...{ databaseUrl: world.databaseUrl, access, host: "127.0.0.1", port: 0, explore: false },
      ...{ maxStalenessSeconds: 60, clock: () => Number(NOW) * 1000, log: pino({ level: "warn" }) },
    });
  const servers = {
    open: await start(),
    keys: await start({ keys: true, log: false }),
    "keys, log": await start({ keys: true, log: true }),
  };
  const body = JSON.stringify(checkQuery(bytes32(1), GRANTEE));
  const rates = new Map<string, { perSecond: number; p99: number }[]>();
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, { url }] of Object.entries(servers)) {
      const { requestsPerSecond, p99Ms } = await load(`${url}/graphql`, body, SECONDS, `Bearer ${key}`);
      rates.set(name, [...(rates.get(name) ?? []), { perSecond: requestsPerSecond, p99: p99Ms }]);
    }
  const median = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1] ?? 0;
  const base = median((rates.get("open") ?? []).map(({ perSecond }) => perSecond));
  for (const [name, list] of rates) {
    const rate = median(list.map(({ perSecond }) => perSecond));
    const p99 = median(list.map((one) => one.p99));
    say(`${name}: ${rate.toFixed(0)} checks/s, ${(rate / base).toFixed(2)} of open; p99 ${p99} ms`);
  }
  await Promise.all(Object.values(servers).map((server) => server.stop()));
} finally {
  await world.close();
  await postgres.stop();
}
