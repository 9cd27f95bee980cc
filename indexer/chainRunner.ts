import type { ChainConfig } from "./config/config.ts";
import type { Address } from "./grants/bytes.ts";
import { HiddenEventError } from "./ledger/changes.ts";
import { WriteQueue } from "./ledger/writeQueue.ts";
import { ChainWriter } from "./ledger/writer.ts";
import { Backoff, sleep } from "./ops/backoff.ts";
import type { Clock } from "./ops/clock.ts";
import { explain, OperatorError, RetryableError } from "./ops/errors.ts";
import type { Logger } from "./ops/log.ts";
import { type ChainReader, createChainReader } from "./rpc/chainReader.ts";
import { RpcClient } from "./rpc/client.ts";
import { Endpoint } from "./rpc/endpoint.ts";
import { BlockFetcher } from "./sync/fetch.ts";
import { type ChainView, follow, type Step } from "./sync/follow.ts";
import { findOmission } from "./sync/omission.ts";
import { LinkedWindow } from "./sync/window.ts";

export interface ChainRunnerOptions {
  readonly chain: ChainConfig;
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a chain is doing, for people. `stopped` needs an operator. */
export type Phase = "starting" | "standby" | "backfill" | "live" | "retrying" | "stopped";

const RPC_TIMEOUT_MS = 20_000;
const STANDBY_POLL_MS = 1_000;
/** The head is confirmed in the database at least so often, so that a reader can tell a quiet chain from a dead one. */
const HEARTBEAT_MS = 1_000;

/** Keeps one chain's part of the ledger up to its head, until stopped. */
export class ChainRunner {
  readonly #options: ChainRunnerOptions;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  readonly #contracts: readonly Address[];
  readonly #client: RpcClient;
  readonly #reader: ChainReader;
  readonly #backoff = new Backoff(250, 10_000);
  readonly #done: Promise<void>;
  #phase: Phase = "starting";
  #problem: string | undefined;
  #confirmed = { at: 0, view: "" };
  /** An event showed that one before it is missing: the window is read again before going on. */
  #incomplete = false;

  constructor(options: ChainRunnerOptions) {
    this.#options = options;
    this.#log = options.log.child({ room: "sync", chain: Number(options.chain.chainId) });
    const { rpc, chainId, contracts } = options.chain;
    this.#contracts = contracts.map((contract) => contract.address);
    this.#client = new RpcClient(rpc.map((url) => new Endpoint(url, { chainId, timeoutMs: RPC_TIMEOUT_MS })));
    this.#reader = createChainReader(this.#client, this.#contracts);
    this.#done = this.#run();
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Why the chain is `retrying` or `stopped`. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Finishes the write under way, lets go of the chain. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#session();
      } catch (error) {
        if (this.#stop.signal.aborted) break;
        if (!(error instanceof RetryableError)) {
          this.#report("stopped", error);
          break;
        }
        if (error instanceof HiddenEventError) this.#incomplete = true;
        await this.#waitAfter(error);
      }
    }
    await this.#client.close();
  }

  /** From taking the chain's lock to losing the database. */
  async #session(): Promise<void> {
    const { chain, databaseUrl, clock } = this.#options;
    const writer = await ChainWriter.open({ ...chain, databaseUrl, clock });
    if (writer === undefined) {
      if (this.#phase !== "standby") this.#log.info("another process writes this chain, standing by");
      this.#phase = "standby";
      return sleep(STANDBY_POLL_MS, this.#stop.signal);
    }
    try {
      const { quarantine } = writer.cursor;
      if (quarantine !== undefined)
        throw new OperatorError(`the chain is quarantined and waits for an operator's decision: ${quarantine}`);
      if (this.#incomplete) await this.#readAgain(writer);
      while (!this.#stop.signal.aborted) await this.#followOnce(writer);
    } finally {
      await writer.close();
    }
  }

  /** Goes back to before the block of which the node now tells more than it did, if there is one that is not final. */
  async #readAgain(writer: ChainWriter): Promise<void> {
    const window = new LinkedWindow(await writer.window());
    const held = await writer.eventCounts(window.oldest?.number ?? 0n);
    const fetcher = new BlockFetcher(this.#reader, this.#contracts);
    const ancestor = await findOmission(fetcher, window, held, this.#stop.signal);
    this.#incomplete = false;
    if (ancestor === undefined) return;
    this.#log.warn({ to: ancestor.number.toString() }, "the node now tells an event that it kept back, reading again");
    await writer.rollback(ancestor);
  }

  /** Follows until the network fails; returns to start again from what is stored. Throws what the ledger throws. */
  async #followOnce(writer: ChainWriter): Promise<void> {
    const { chain } = this.#options;
    const signal = this.#stop.signal;
    const steps = follow(new LinkedWindow(await writer.window()), {
      reader: this.#reader,
      contracts: this.#contracts,
      startBlock: chain.contracts.reduce(
        (least, { startBlock }) => (startBlock < least ? startBlock : least),
        2n ** 62n,
      ),
      pause: () => sleep(chain.pollIntervalMs, signal),
      signal,
    });
    const queue = new WriteQueue(writer);
    try {
      while (true) {
        let step: IteratorResult<Step>;
        try {
          step = await steps.next();
        } catch (error) {
          // What was read before is written first, and where that failed the ledger's word counts.
          await queue.drain();
          if (signal.aborted) return;
          if (!(error instanceof RetryableError)) throw error;
          return await this.#waitAfter(error);
        }
        if (step.done) return await queue.drain();
        await this.#apply(writer, queue, step.value);
        this.#backoff.reset();
      }
    } finally {
      await steps.return(undefined);
      // Nothing may be under way when the writer is closed or used otherwise; its failure was met, or another one is.
      await queue.drain().catch(() => {});
    }
  }

  /** History is read on while it is being written; every other step waits until the ones before it are done. */
  async #apply(writer: ChainWriter, queue: WriteQueue, step: Step): Promise<void> {
    if (step.type !== "extend") await queue.drain();
    switch (step.type) {
      case "extend": {
        const { headers, logs } = step.blocks;
        await queue.add({ headers, logs, view: step.view });
        if (step.view.caughtUp) await queue.drain();
        this.#reached(step.view);
        this.#log.debug(
          { block: headers.at(-1)?.number.toString(), blocks: headers.length, events: logs.length },
          "blocks",
        );
        return;
      }
      case "confirm": {
        const view = JSON.stringify(step.view, (_, value) => (typeof value === "bigint" ? value.toString() : value));
        this.#reached(step.view);
        const now = this.#options.clock();
        if (view === this.#confirmed.view && Math.abs(now - this.#confirmed.at) < HEARTBEAT_MS) return;
        await writer.confirm(step.view);
        this.#confirmed = { at: now, view };
        return;
      }
      case "rollback":
        this.#log.warn(
          { from: writer.cursor.indexed?.number.toString(), to: step.ancestor.number.toString() },
          "reorg",
        );
        return writer.rollback(step.ancestor);
      case "quarantine":
        await writer.quarantine(step.reason);
        throw new OperatorError(`the chain is quarantined: ${step.reason}`);
    }
  }

  #reached(view: ChainView): void {
    const phase = view.caughtUp ? "live" : "backfill";
    if (phase !== this.#phase) this.#log.info({ head: view.head.number.toString() }, phase);
    this.#phase = phase;
    this.#problem = undefined;
  }

  #waitAfter(error: unknown): Promise<void> {
    this.#client.doubt();
    const wait = this.#backoff.next();
    this.#report("retrying", error, wait);
    return sleep(wait, this.#stop.signal);
  }

  #report(phase: Phase, error: unknown, againInMs?: number): void {
    this.#phase = phase;
    this.#problem = explain(error);
    const next = againInMs === undefined ? "until an operator acts" : `trying again in ${Math.round(againInMs)} ms`;
    this.#log[phase === "stopped" ? "error" : "warn"]({ problem: this.#problem }, `${phase}, ${next}`);
  }
}
