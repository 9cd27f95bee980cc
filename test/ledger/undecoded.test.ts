import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { concat, toBeHex } from "ethers";
import type pg from "pg";
import { EVENT_LAYOUTS } from "../../indexer/ledger/layout.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { chainConfig, startIndexing } from "../support/indexing.ts";
import { connect, readLedger } from "../support/ledger.ts";
import { assertEquals } from "../support/oracle.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { Traffic } from "../support/traffic.ts";
import { readTruth } from "../support/truth.ts";
import { until } from "../support/wait.ts";

/** Events that cannot be decoded: stored raw, counted, and nothing stops for them. Through a real node and database. */

const CHAIN = 47_001;
let postgres: TestPostgres;
let anvil: TestAnvil;
let traffic: Traffic;
let sql: pg.Client;
let databaseUrl: string;

before(async () => {
  [postgres, anvil] = await Promise.all([startTestPostgres(), startAnvil({ chainId: CHAIN })]);
  traffic = await Traffic.start(anvil);
  databaseUrl = await postgres.createDatabase();
  await migrate(databaseUrl);
  sql = await connect(databaseUrl);
});
after(async () => {
  await sql?.end();
  await Promise.all([anvil?.stop(), postgres?.stop()]);
});

/** EVM code that logs its call data: so many words of topics, then the data. */
function loggingCode(topics: number): string {
  const offset = toBeHex(32 * topics, 1).slice(2);
  const pushTopics = Array.from({ length: topics }, (_, i) => `60${toBeHex(32 * (topics - 1 - i), 1).slice(2)}35`);
  // CALLDATASIZE - offset; copy that much to memory; LOG<topics>(0, size, …); STOP
  return `0x${pushTopics.join("")}3660${offset}900380${`60${offset}600037`}6000a${topics}00`;
}

/** Makes our own contract's address say something else for one block. */
async function say(topics: string[], data: string): Promise<void> {
  const code = await anvil.send("eth_getCode", traffic.address, "latest");
  await anvil.send("anvil_setCode", traffic.address, loggingCode(topics.length));
  const act = { from: traffic.account(1), to: traffic.address, data: concat([...topics, data]), gas: "0x1c9c380" };
  await traffic.mine(act);
  await anvil.send("anvil_setCode", traffic.address, code);
}

test("hostile logs between honest ones", async () => {
  const granted = EVENT_LAYOUTS[0]?.topic ?? "";
  const revoked = EVENT_LAYOUTS[1]?.topic ?? "";
  const word = (byte: string): string => `0x${byte.repeat(32)}`;
  const hostile: [string[], string][] = [
    [[], "0x"],
    [[], `0x${"00".repeat(100)}`],
    [[word("ab")], "0x01"],
    [[granted], `0x${"00".repeat(192)}`],
    [[granted, word("01"), word("00")], `0x${"00".repeat(192)}`],
    [[granted, word("ff"), word("ff"), word("ff")], `0x${"ff".repeat(192)}`],
    [[granted, word("00"), word("00"), word("00")], `0x${"ff".repeat(191)}`],
    [[revoked, word("00"), word("00"), word("00")], `0x${"00".repeat(192)}`],
    [[word("00"), word("00"), word("00"), word("00")], "0x"],
    [[word("5a"), word("5a")], `0x${"00ff80c3".repeat(2_560)}`],
  ];
  const party = { holder: 1, grantee: 7, seal: 1, purpose: 1 };
  await traffic.mine(traffic.grant(party, { retention: 9 }));
  const { runner, stop } = startIndexing(databaseUrl, chainConfig(traffic));
  try {
    for (const [topics, data] of hostile) await say(topics, data);
    await traffic.mine(traffic.revoke(party));
    const truth = await readTruth(anvil.provider, traffic.address);
    await until(`it goes on; ${runner.problem}`, async () => {
      const { chain } = await readLedger(sql, anvil.chainId);
      return chain?.status === "LIVE" && chain.indexed_hash === truth.blocks.at(-1)?.hash;
    });
    const ledger = await readLedger(sql, anvil.chainId);
    assertEquals(ledger, truth, BigInt(traffic.startBlock));
    assert.deepEqual(
      ledger.events.filter(({ kind }) => kind === "UNDECODED").map((event) => [event.raw_topics, event.raw_data]),
      hostile.map(([topics, data]) => [concat(topics), data]),
    );
    assert.equal(ledger.chain?.last_seq, BigInt(hostile.length + 2));

    // A reorg retracts them like any other.
    await traffic.reorg(3);
    const after = await readTruth(anvil.provider, traffic.address);
    await until("the reorg is in", async () => {
      const { chain } = await readLedger(sql, anvil.chainId);
      return chain?.status === "LIVE" && chain.indexed_hash === after.blocks.at(-1)?.hash;
    });
    assertEquals(await readLedger(sql, anvil.chainId), after, BigInt(traffic.startBlock));
  } finally {
    await stop();
  }
});

test("every field at its greatest value, exactly", async () => {
  const granted = EVENT_LAYOUTS[0]?.topic ?? "";
  const max = (bytes: number): string => `${"00".repeat(32 - bytes)}${"ff".repeat(bytes)}`;
  // Every field of the record at its maximum but the sequence, which has to begin at 1.
  const record = `${"ff".repeat(29)}0001ff`;
  const data = `0x${max(20)}${max(32)}${max(2)}${max(1)}${record}${max(32)}`;
  await say([granted, `0x${max(32)}`, `0x${max(20)}`, `0x${max(20)}`], data);
  const { runner, stop } = startIndexing(databaseUrl, chainConfig(traffic));
  try {
    const truth = await readTruth(anvil.provider, traffic.address);
    await until(`it is in; ${runner.problem}`, async () => {
      const { chain } = await readLedger(sql, anvil.chainId);
      return chain?.status === "LIVE" && chain.indexed_hash === truth.blocks.at(-1)?.hash;
    });
    const ledger = await readLedger(sql, anvil.chainId);
    assertEquals(ledger, truth, BigInt(traffic.startBlock));
    const event = ledger.events.at(-1);
    assert.deepEqual(
      [event?.kind, event?.granted_at, event?.retention, event?.purpose, event?.legal_basis, event?.flags],
      ["GRANTED", 2n ** 40n - 1n, 2n ** 32n - 1n, 65_535, 255, 255],
    );
  } finally {
    await stop();
  }
});
