import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parseAddress } from "../../indexer/grants/caip.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { ChainWriter } from "../../indexer/ledger/writer.ts";
import { RetryableError } from "../../indexer/ops/errors.ts";
import { grantEvent } from "../api/suite.ts";
import { CONTRACTS, NOW, TestChain } from "../api/world.ts";
import { startAnvil, type TestAnvil } from "../support/anvil.ts";
import { chainConfig, startIndexing } from "../support/indexing.ts";
import { connect, digest, readLedger } from "../support/ledger.ts";
import { assertEquals, assertPrefix } from "../support/oracle.ts";
import { startTestPostgres, type TestPostgres } from "../support/postgres.ts";
import { seed } from "../support/property.ts";
import { createRandom } from "../support/random.ts";
import { LINKED } from "../support/reading.ts";
import { startTcpProxy } from "../support/tcpProxy.ts";
import { Traffic } from "../support/traffic.ts";
import { type ChainTruth, readTruth } from "../support/truth.ts";
import { until } from "../support/wait.ts";
import { writerGone } from "../support/writerWatch.ts";

/** The network to the database breaks in the middle of what is sent, the server freezes, its disk is full. */

const CHAIN = 46_001;
const random = createRandom(seed());
let postgres: TestPostgres;
let anvil: TestAnvil;
let traffic: Traffic;
let truth: ChainTruth;

before(async () => {
  [postgres, anvil] = await Promise.all([startTestPostgres(), startAnvil({ chainId: CHAIN })]);
  traffic = await Traffic.start(anvil);
  for (let i = 0; i < 120; i++)
    await traffic.mine(traffic.grantMany(1 + random.int(6), 1 + random.int(200), 12, 60 + i), traffic.random(random));
  truth = await readTruth(anvil.provider, traffic.address);
});
after(() => Promise.all([anvil?.stop(), postgres?.stop()]));

async function newLedger(of: TestPostgres = postgres) {
  const databaseUrl = await of.createDatabase();
  await migrate(databaseUrl);
  const sql = await connect(databaseUrl);
  const ledger = () => readLedger(sql, anvil.chainId);
  return {
    databaseUrl,
    sql,
    ledger,
    isPrefix: async () => assertPrefix(await ledger(), truth, BigInt(traffic.startBlock)),
    agrees: async () => {
      await until("the ledger is at the head", async () => {
        const { chain } = await ledger();
        return chain?.status === "LIVE" && chain.indexed_hash === truth.blocks.at(-1)?.hash;
      });
      assertEquals(await ledger(), truth, BigInt(traffic.startBlock));
    },
  };
}

test(`the connection is cut anywhere in what is sent (seed ${seed()})`, async () => {
  const { databaseUrl, sql, agrees, isPrefix } = await newLedger();
  const { hostname, port } = new URL(databaseUrl);
  const proxy = await startTcpProxy(hostname, Number(port));
  const through = new URL(databaseUrl);
  through.port = String(proxy.port);
  try {
    for (let i = 1; i <= 12; i++) {
      // From the first words of a session to the middle of the rows of a batch.
      proxy.cutAfterBytes = random.int(2) === 0 ? random.int(6_000) : random.int(400_000);
      const { runner, stop } = startIndexing(through.href, chainConfig(traffic));
      try {
        await until("it was cut, or all was sent before", () => proxy.cuts === i || runner.phase === "live");
        await isPrefix();
        assert.notEqual(runner.phase, "stopped", runner.problem);
      } finally {
        await stop();
      }
      if (proxy.cuts < i) break;
    }
    proxy.cutAfterBytes = undefined;
    assert.ok(proxy.cuts >= 1, "nothing was cut");
    const last = startIndexing(through.href, chainConfig(traffic));
    try {
      await agrees();
    } finally {
      await last.stop();
    }
  } finally {
    await sql.end();
    await proxy.stop();
  }
});

test("a server that freezes is given up on, and what was begun is gone when it thaws", async () => {
  const { databaseUrl, sql } = await newLedger();
  const chainId = 46_002n;
  const contracts = [{ name: "AccessGrants", address: parseAddress(CONTRACTS.AccessGrants), startBlock: 0n }] as const;
  const open = () =>
    ChainWriter.open({
      databaseUrl,
      chainId,
      name: "x",
      contracts,
      reading: LINKED,
      clock: Date.now,
      statementTimeoutMs: 1_000,
    });
  const writer = await open();
  assert.ok(writer);
  const chain = new TestChain(writer);
  await chain.mine(NOW, [], { final: 0n });
  const before = await digest(sql);
  const { rows } = await sql.query("SELECT pid FROM pg_stat_activity WHERE application_name = $1", [
    `grantledger writer ${chainId}`,
  ]);
  const pid = rows[0].pid as number;
  process.kill(pid, "SIGSTOP");
  try {
    await assert.rejects(chain.mine(NOW + 1n, [grantEvent("Granted", { record: {} })]), RetryableError);
    await writer.close();
    // The frozen server still has the lock: nobody else may write, and nobody waits for it.
    assert.equal(await open(), undefined);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await writerGone(sql, chainId);
  assert.equal(await digest(sql), before);
  const next = await open();
  assert.ok(next, "the lock is free");
  await next.close();
  await sql.end();
});

/** A disk of its own with so much room; undefined where we may not mount one. */
async function smallDisk(megabytes: number): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "grantledger-test-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0755`, "tmpfs", folder], { stdio: "ignore" });
    return folder;
  } catch {
    await rm(folder, { recursive: true });
    return undefined;
  }
}

test("the disk is full, and later it is not", async (t) => {
  const disk = await smallDisk(320);
  if (disk === undefined) return t.skip("needs the right to mount a small disk");
  const filler = join(disk, "filler");
  let full: TestPostgres | undefined;
  try {
    full = await startTestPostgres({ below: disk });
    const { databaseUrl, sql, agrees, isPrefix } = await newLedger(full);
    const { bavail, bsize } = await statfs(disk);
    // Room for some of the events, not for all: they take above a megabyte with what follows from them.
    await writeFile(filler, Buffer.alloc(bavail * bsize - 600_000));
    const { runner, stop } = startIndexing(databaseUrl, chainConfig(traffic));
    try {
      await until("a write finds no room", () => /no space left|could not/i.test(runner.problem ?? ""));
      assert.equal(runner.phase, "retrying");
      await isPrefix();
      await rm(filler);
      await agrees();
    } finally {
      await stop();
      await sql.end();
    }
  } finally {
    await full?.stop();
    execFileSync("umount", ["-l", disk]);
    await rm(disk, { recursive: true });
  }
});
