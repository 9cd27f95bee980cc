import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, type Random } from "../../support/random.ts";
import { FakeChain } from "../chain/chain.ts";
import { HonestNode } from "../chain/node.ts";
import { type RpcServer, startRpcServer } from "../chain/server.ts";
import type { FaultName } from "../faults/catalogue.ts";
import type { Mode } from "../faults/fault.ts";
import { configOf } from "./agreement.ts";
import type { WorldDatabases } from "./database.ts";
import { WorldEndpoint } from "./endpoint.ts";
import { IndexerProcess } from "./indexer.ts";
import type { Recorded } from "./past.ts";
import type { Plan } from "./plan.ts";
import { type Push, pushHeads } from "./pushes.ts";

/** A chain of a world with its endpoints, and what the ledger held of it when last compared. */
export interface WorldChain {
  readonly chain: FakeChain;
  readonly endpoints: readonly WorldEndpoint[];
  recorded: Recorded;
}

export interface WorldOptions {
  /** How long the indexer may take to be where the chains are, once nothing is wrong any more. */
  readonly settlesWithinMs?: number;
  /** Of the indexer's process, beside ours. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** All worlds begin at 2026-01-01T00:00:00Z: it is past, and the same for everybody. */
const BEGIN = 1_767_225_600n;

/** How often the head is looked at: seldom enough, where it is pushed, that a push matters. */
const [OFTEN_MS, SELDOM_MS] = [10, 60];

/** A busy machine takes long to start a process; what comes after does not wait for ever. */
const START_MS = 15_000;

/** What a plan is carried out on: chains that lie, the real indexer as a process, a real PostgreSQL. */
export class World {
  readonly chains: readonly WorldChain[];
  readonly databases: WorldDatabases;
  readonly databaseUrl: string;
  readonly server: RpcServer;
  readonly random: Random;
  /** How its indexer reads. */
  readonly mode: Mode;
  readonly options: WorldOptions;
  /** Another chain, whose node may answer in the place of one of ours. */
  readonly foreign: FakeChain;
  readonly met: Map<FaultName, number>;
  readonly pushed: ReadonlyMap<Push, number>;
  readonly reasons = new Map<string, number>();
  kills = 0;
  retracted = 0;
  events = 0;
  readonly #folder: string;
  #indexer: IndexerProcess | undefined;

  private constructor(
    parts: Pick<
      World,
      "chains" | "databases" | "databaseUrl" | "server" | "random" | "mode" | "options" | "foreign" | "met" | "pushed"
    >,
    folder: string,
  ) {
    this.chains = parts.chains;
    this.databases = parts.databases;
    this.databaseUrl = parts.databaseUrl;
    this.server = parts.server;
    this.random = parts.random;
    this.mode = parts.mode;
    this.options = parts.options;
    this.foreign = parts.foreign;
    this.met = parts.met;
    this.pushed = parts.pushed;
    this.#folder = folder;
  }

  static async open(plan: Plan, databases: WorldDatabases, options: WorldOptions): Promise<World> {
    const { seed } = plan;
    const met = new Map<FaultName, number>();
    const server = await startRpcServer();
    const chains: WorldChain[] = [];
    const foreign = new FakeChain(99n, 1, createRandom(seed * 31 + 30));
    const pushed = new Map<Push, number>();
    for (const [i, { chainId, startBlock, endpoints: count, sockets, history }] of plan.chains.entries()) {
      const chain = new FakeChain(BigInt(chainId), startBlock, createRandom(seed * 31 + i));
      await chain.begin(BEGIN + BigInt(i));
      for (let block = 0; block < history; block++) await chain.mine(chain.acts(0.7));
      chain.finalize(chain.head.number - 8, chain.head.number - 3);
      const endpoints = Array.from({ length: count }, () => new WorldEndpoint(new HonestNode(chain), met));
      for (const [j, endpoint] of endpoints.entries()) server.serve(`${i}/${j}`, endpoint);
      chains.push({ chain, endpoints, recorded: new Map() });
      if (!sockets) continue;
      const names = endpoints.map((_, j) => `${i}/${j}`);
      pushHeads({ server, chain, foreign, endpoints: names, random: createRandom(seed * 31 + 40 + i), pushed });
    }
    const random = createRandom(seed * 31 + 29);
    await foreign.begin(BEGIN);
    for (let block = 0; block < 30; block++) await foreign.mine(foreign.acts(0.5));
    foreign.finalize(20, 25);

    const databaseUrl = await databases.create();
    const folder = await mkdtemp(join(tmpdir(), "grantledger-world-"));
    const config = {
      database: { url: databaseUrl },
      chains: plan.chains.map(({ endpoints, sockets }, i) => {
        // Endpoints whose word is compared have to be on two hosts.
        const rpc = Array.from({ length: endpoints }, (_, j) =>
          server.url(`${i}/${j}`, j % 2 === 0 ? "127.0.0.1" : "localhost", sockets ? "ws" : "http"),
        );
        return configOf((chains[i] as WorldChain).chain, rpc, plan.mode, sockets ? SELDOM_MS : OFTEN_MS);
      }),
    };
    await writeFile(join(folder, "config.json"), JSON.stringify(config));
    for (const [i, { begins }] of plan.chains.entries()) {
      const { chain, endpoints } = chains[i] as WorldChain;
      if (begins === undefined) continue;
      endpoints[begins.endpoint ?? 0]?.begin(begins.name, { chain, foreign, random }, begins.times);
    }
    const { mode } = plan;
    return new World({ chains, databases, databaseUrl, server, random, mode, options, foreign, met, pushed }, folder);
  }

  get indexer(): IndexerProcess {
    if (this.#indexer === undefined) throw new Error("the indexer was never started");
    return this.#indexer;
  }

  /** Starts the indexer, and waits until it asks for something. */
  async start(): Promise<void> {
    this.#indexer = new IndexerProcess(join(this.#folder, "config.json"), this.options.environment);
    await this.server.served(1, START_MS);
  }

  async close(): Promise<void> {
    await this.#indexer?.kill();
    await this.server.stop();
    await this.databases.drop(this.databaseUrl).catch(() => {});
    await rm(this.#folder, { recursive: true, force: true });
  }
}
