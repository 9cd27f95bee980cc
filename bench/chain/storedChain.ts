import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessGrantsArtifact } from "../../deploy/artifact.ts";
import { deploySuite } from "../../deploy/deploy.ts";
import { startAnvil, type TestAnvil } from "../../test/support/anvil.ts";
import { BENCH_CACHE } from "../folders.ts";
import { type BusyChain, fillChain } from "./busyChain.ts";
import { BENCH_CHAIN_ID } from "./chainId.ts";
import { type Grant, newestGrant } from "./grants.ts";

/** The one chain that everybody indexes, and where its contract is. */
export interface BenchChain {
  readonly anvil: TestAnvil;
  readonly contract: string;
  /** Block of the contract's deployment. */
  readonly startBlock: number;
  /** How many `Granted` events are in it, by now. */
  events: number;
  /** Of the newest of them. */
  newest: Grant;
}

interface Stored {
  readonly contract: string;
  readonly startBlock: number;
  readonly events: number;
  readonly head: number;
}

/** A state of 200,000 grants is read in about ten seconds. */
const LOAD_MS = 180_000;

/**
 * An Anvil with that many grants. Making them takes it long, since it computes the root of all storage for every block,
 * so the chain is dumped once and loaded by every later run, for as long as the contract is the same.
 */
export async function startStoredChain(size: BusyChain, say: (line: string) => void): Promise<BenchChain> {
  const { state, record } = storedFiles(size);
  if (!existsSync(record)) await make(size, state, record, say);
  const stored = JSON.parse(await readFile(record, "utf8")) as Stored;
  say(`loading the stored chain of ${stored.events} events`);
  const anvil = await startAnvil({ chainId: BENCH_CHAIN_ID, args: ["--load-state", state], startMs: LOAD_MS });
  const head = Number(await anvil.send("eth_blockNumber"));
  if (head !== stored.head)
    throw new Error(`the stored chain has ${head} blocks, expected ${stored.head}: delete ${state}`);
  return { anvil, ...stored, newest: await newestGrant(anvil, stored.contract) };
}

/** A chain with that many grants that is not kept: one that can go back as far as its beginning. */
export async function startYoungChain(size: BusyChain): Promise<BenchChain> {
  const anvil = await startAnvil({ chainId: BENCH_CHAIN_ID });
  const { contract, startBlock } = await deployGrants(anvil);
  await fillChain(anvil, contract, size, () => {});
  const events = size.blocks * size.eventsPerBlock;
  return { anvil, contract, startBlock, events, newest: await newestGrant(anvil, contract) };
}

function storedFiles(size: BusyChain): { state: string; record: string } {
  const { creationCode } = accessGrantsArtifact;
  const version = createHash("sha256").update(creationCode).update(JSON.stringify(size)).digest("hex").slice(0, 12);
  mkdirSync(BENCH_CACHE, { recursive: true });
  const base = join(BENCH_CACHE, `chain-${size.blocks}x${size.eventsPerBlock}-${version}`);
  return { state: `${base}.state.json`, record: `${base}.json` };
}

async function make(size: BusyChain, state: string, record: string, say: (line: string) => void): Promise<void> {
  const unfinished = `${state}.unfinished`;
  rmSync(unfinished, { force: true });
  const args = ["--dump-state", unfinished, "--prune-history", "--transaction-block-keeper", "1000000"];
  const anvil = await startAnvil({ chainId: BENCH_CHAIN_ID, args });
  try {
    const { contract, startBlock } = await deployGrants(anvil);
    const begun = performance.now();
    await fillChain(anvil, contract, size, (block) => {
      if (block % Math.max(1, Math.floor(size.blocks / 20)) !== 0) return;
      const left = ((performance.now() - begun) / block) * (size.blocks - block);
      say(`making the chain: ${block} of ${size.blocks} blocks, about ${Math.ceil(left / 1000)} s left`);
    });
    const head = Number(await anvil.send("eth_blockNumber"));
    await anvil.stop("SIGINT");
    renameSync(unfinished, state);
    const stored: Stored = { contract, startBlock, events: size.blocks * size.eventsPerBlock, head };
    await writeFile(record, JSON.stringify(stored));
  } finally {
    await anvil.stop();
  }
}

async function deployGrants(anvil: TestAnvil): Promise<{ contract: string; startBlock: number }> {
  const folder = await mkdtemp(join(tmpdir(), "grantledger-bench-deploy-"));
  try {
    await anvil.send("evm_setAutomine", true);
    const signer = await anvil.provider.getSigner(0);
    const { suite } = await deploySuite({ signer, chainId: BENCH_CHAIN_ID, directory: folder });
    await anvil.send("evm_setAutomine", false);
    return { contract: suite.accessGrants.address, startBlock: Number(await anvil.send("eth_blockNumber")) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
