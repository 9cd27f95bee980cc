import pg from "pg";
import { Backoff, sleep } from "../../ops/backoff.ts";
import { explain, RetryableError } from "../../ops/errors.ts";
import type { Logger } from "../../ops/log.ts";
import { Waker } from "../../ops/waker.ts";
import { databaseError } from "../databaseError.ts";
import { leave } from "../writerConnection.ts";
import { readBehind } from "./progress.ts";
import { takeStep } from "./step.ts";

/** Told by the trigger `tell_knowledge` when a chain's writer committed. */
const KNOWLEDGE_CHANNEL = "grantledger_knowledge";
/** Notifications only hurry: so often it looks without one. */
const POLL_MS = 1_000;
const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 10_000;
const CONNECT_TIMEOUT_MS = 10_000;
const STATEMENT_TIMEOUT_MS = 60_000;
const ANSWER_TIMEOUT_MS = 61_000;
/** Steps that take so long are those of a history: between them others have the machine for twice that time. */
const LONG_STEP_MS = 150;
const PAUSE_AFTER_LONG = 2;
/** A process that stands still in a step keeps others from the chain for no longer. */
const IDLE_IN_STEP_MS = 10_000;

/**
 * Follows the ledger of every chain and writes the transitions of its grants. Several processes may: each step is one
 * transaction, and whoever finds a chain taken leaves it. Behind the writers by the time of a step, and never in their way.
 */
export class TransitionKeeper {
  readonly #databaseUrl: string;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  /** Chains whose ledger cannot be followed, which is a bug of ours: said once, and the others go on. */
  readonly #given = new Set<bigint>();
  readonly #waker = new Waker();

  constructor(databaseUrl: string, log: Logger) {
    this.#databaseUrl = databaseUrl;
    this.#log = log;
    this.#done = this.#run();
  }

  /** Finishes the step under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#waker.wake();
    await this.#done;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const backoff = new Backoff(FIRST_RETRY_MS, LAST_RETRY_MS);
    while (!signal.aborted) {
      const client = this.#client();
      try {
        await client.connect();
        await client.query(`LISTEN ${KNOWLEDGE_CHANNEL}`);
        await this.#follow(client, backoff);
      } catch (error) {
        if (signal.aborted) break;
        const wait = backoff.next();
        this.#log.warn({ problem: explain(error) }, `transitions wait, trying again in ${Math.round(wait)} ms`);
        await sleep(wait, signal);
      } finally {
        await leave(client);
      }
    }
  }

  #client(): pg.Client {
    const client = new pg.Client({
      connectionString: this.#databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_STEP_MS,
      keepAlive: true,
      application_name: "grantledger transitions",
    });
    client.on("error", () => this.#waker.wake());
    client.on("notification", () => this.#waker.wake());
    return client;
  }

  async #follow(client: pg.Client, backoff: Backoff): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      // Asked for before looking: what is committed while we look wakes us afterwards.
      const woken = this.#waker.wait(POLL_MS);
      const taken = await this.#takeAll(client);
      backoff.reset();
      if (taken) this.#waker.wake();
      await woken;
    }
  }

  /** One step of each chain that is behind. @returns whether any was taken. */
  async #takeAll(client: pg.Client): Promise<boolean> {
    let taken = false;
    for (const chainId of await readBehind(client)) {
      if (this.#stop.signal.aborted || this.#given.has(chainId)) continue;
      const began = performance.now();
      try {
        taken = (await takeStep(client, chainId)) || taken;
      } catch (error) {
        if (databaseError(error) instanceof RetryableError) throw error;
        this.#given.add(chainId);
        this.#log.error(
          { err: error, chain: chainId.toString() },
          "transitions of this chain are given up: please report this",
        );
      }
      const took = performance.now() - began;
      if (took > LONG_STEP_MS) await sleep(took * PAUSE_AFTER_LONG, this.#stop.signal);
    }
    return taken;
  }
}
