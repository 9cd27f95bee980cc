import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { connect, readLedger } from "../support/ledger.ts";
import { assertEquals, assertFinality } from "../support/oracle.ts";
import { readTruth } from "../support/truth.ts";
import { until } from "../support/wait.ts";
import { anvil, type ForeignNode, geth, hardhat } from "./foreignNodes.ts";
import { ForeignStory } from "./foreignStory.ts";
import { WorldDatabases } from "./world/database.ts";
import { IndexerProcess } from "./world/indexer.ts";

/** The same short story on nodes that nobody here wrote, read by an indexer that is killed in the middle of it. */

let databases: WorldDatabases;
before(async () => {
  databases = await WorldDatabases.start();
});
after(() => databases?.stop());

async function follows(start: () => Promise<ForeignNode>): Promise<void> {
  const node = await start();
  const folder = await mkdtemp(join(tmpdir(), "grantledger-foreign-"));
  const databaseUrl = await databases.create();
  const sql = await connect(databaseUrl);
  let indexer: IndexerProcess | undefined;
  try {
    const story = new ForeignStory(node.provider);
    await story.begin();
    await story.chapter(1);
    const chainId = BigInt(await node.provider.send("eth_chainId", []));
    const contracts = story.contracts.map((contract) => ({ ...contract, startBlock: 0 }));
    const chain = { chainId: Number(chainId), rpc: [node.url], pollIntervalMs: 10, contracts };
    const file = join(folder, "config.json");
    await writeFile(file, JSON.stringify({ database: { url: databaseUrl }, chains: [chain] }));

    const agrees = async (): Promise<void> => {
      const truth = await readTruth(node.provider, story.contracts);
      const ledger = await until("the ledger is at the head", async () => {
        const now = await readLedger(sql, chainId);
        const row = now.chain;
        const there = row?.status === "LIVE" && row.indexed_hash === truth.blocks.at(-1)?.hash;
        return there && row.finalized_number === truth.finalized && row.safe_number === truth.safe && now;
      }).catch((error) => {
        throw new Error(indexer?.output.slice(-2000), { cause: error });
      });
      assertEquals(ledger, truth, 0n);
      assertFinality(ledger, truth);
      assert.ok(truth.events.length > 7, `${truth.events.length} events`);
    };
    indexer = new IndexerProcess(file);
    await agrees();
    await story.chapter(2);
    await indexer.kill();
    await story.chapter(3);
    indexer = new IndexerProcess(file);
    await agrees();
    if (node.reorg === undefined) return;
    await node.reorg(2);
    await agrees();
    assert.equal((await readLedger(sql, chainId)).reorgs.length, 1);
  } finally {
    await indexer?.kill();
    await sql.end();
    await databases.drop(databaseUrl);
    await node.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

test("Anvil", () => follows(anvil));

test("Hardhat's node", () => follows(hardhat));

const binary = process.env["GRANTLEDGER_GETH"];
test(
  "geth",
  { skip: binary === undefined && "set GRANTLEDGER_GETH to a geth binary to run it: docs/SIMULATION.md" },
  () => follows(() => geth(binary ?? "")),
);
