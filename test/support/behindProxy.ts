import type { ReadingMode } from "../../indexer/config/reading.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { startAnvil, type TestAnvil } from "./anvil.ts";
import { chainConfig, type Indexing, startIndexing } from "./indexing.ts";
import { connect, type Ledger, readLedger } from "./ledger.ts";
import { type Fault, type LyingProxy, startLyingProxy } from "./lyingProxy.ts";
import { assertEquals, assertPrefix } from "./oracle.ts";
import { startTestPostgres, type TestPostgres } from "./postgres.ts";
import { createRandom, type Random } from "./random.ts";
import { LINKED } from "./reading.ts";
import { Traffic } from "./traffic.ts";
import { type ChainTruth, readTruth } from "./truth.ts";
import { until } from "./wait.ts";

/** A chain with some history, an indexer that reaches it through a lying proxy, and a ledger that is new for each test. */
export class BehindProxy {
  readonly anvil: TestAnvil;
  readonly traffic: Traffic;
  /** How the indexer reads the chain from its next start on. */
  reading: ReadingMode = LINKED;
  readonly #postgres: TestPostgres;
  readonly #random: Random;
  #proxy: LyingProxy | undefined;
  #sql: Awaited<ReturnType<typeof connect>> | undefined;
  #databaseUrl = "";
  #indexing: Indexing | undefined;
  #fresh = 10_000;

  private constructor(postgres: TestPostgres, traffic: Traffic, random: Random) {
    this.anvil = traffic.anvil;
    this.traffic = traffic;
    this.#postgres = postgres;
    this.#random = random;
  }

  static async start(chainId: number, seed: number): Promise<BehindProxy> {
    const random = createRandom(seed);
    const [postgres, anvil] = await Promise.all([startTestPostgres(), startAnvil({ chainId })]);
    const traffic = await Traffic.start(anvil);
    for (let i = 0; i < 40; i++) {
      await traffic.mine(...Array.from({ length: random.int(4) }, () => traffic.random(random)));
      if (random.chance(0.2)) await traffic.empty(1 + random.int(4));
    }
    return new BehindProxy(postgres, traffic, random);
  }

  async stop(): Promise<void> {
    await Promise.all([this.anvil.stop(), this.#postgres.stop()]);
  }

  async newLedger(): Promise<void> {
    this.#proxy = await startLyingProxy(this.anvil.url);
    this.#databaseUrl = await this.#postgres.createDatabase();
    await migrate(this.#databaseUrl);
    this.#sql = await connect(this.#databaseUrl);
  }

  async endLedger(): Promise<void> {
    await this.stopIndexing();
    await this.#sql?.end();
    await this.#proxy?.stop();
  }

  get proxy(): LyingProxy {
    if (this.#proxy === undefined) throw new Error("newLedger comes first");
    return this.#proxy;
  }

  /** Starts the indexer on these endpoints, by default the proxy. */
  index(...rpc: readonly string[]): Indexing {
    const endpoints = rpc.length > 0 ? rpc : [this.proxy.url];
    this.#indexing = startIndexing(this.#databaseUrl, chainConfig(this.traffic, endpoints, this.reading));
    return this.#indexing;
  }

  async stopIndexing(): Promise<void> {
    await this.#indexing?.stop();
    this.#indexing = undefined;
  }

  get phase(): string | undefined {
    return this.#indexing?.runner.phase;
  }

  /** Why the indexer does not go on. */
  get problem(): string {
    return this.#indexing?.runner.problem ?? "";
  }

  ledger(): Promise<Ledger> {
    if (this.#sql === undefined) throw new Error("newLedger comes first");
    return readLedger(this.#sql, this.anvil.chainId);
  }

  truth(): Promise<ChainTruth> {
    return readTruth(this.anvil.provider, this.traffic.address);
  }

  /** A block with acts, at least one of which leaves a log: a credential that nobody else uses. */
  async mineSome(): Promise<void> {
    const party = { holder: 1 + this.#random.int(6), grantee: 8, seal: ++this.#fresh, purpose: 1 };
    await this.traffic.mine(this.traffic.grant(party), this.traffic.random(this.#random));
  }

  /** Waits until the ledger is at the head of the real chain, and compares all of it. */
  async agrees(): Promise<void> {
    const chain = await this.truth();
    await until("the ledger is at the head", async () => {
      const row = (await this.ledger()).chain;
      return row?.status === "LIVE" && row.indexed_hash === chain.blocks.at(-1)?.hash;
    }).catch((error) => {
      throw new Error(`${this.phase}: ${this.problem}`, { cause: error });
    });
    assertEquals(await this.ledger(), chain, BigInt(this.traffic.startBlock));
  }

  /** Looks at the ledger again and again until `enough`, and finds it right up to its cursor every time. */
  async staysRight(what: string, enough: (ledger: Ledger) => boolean): Promise<void> {
    const chain = await this.truth();
    let wrong: unknown;
    await until(what, async () => {
      const now = await this.ledger();
      try {
        assertPrefix(now, chain, BigInt(this.traffic.startBlock));
        return enough(now);
      } catch (error) {
        wrong = error;
        return true;
      }
    }).catch((error) => {
      throw new Error(`${this.phase}: ${this.problem}; ${this.proxy.lies} lies`, { cause: error });
    });
    if (wrong !== undefined) throw wrong;
  }

  /** A fault by which the node's head stays what it is now. */
  async frozen(): Promise<Fault> {
    const head = await this.anvil.send("eth_getBlockByNumber", "latest", false);
    return (call, answer) => (call.params[0] === "latest" ? { result: head } : answer);
  }
}
