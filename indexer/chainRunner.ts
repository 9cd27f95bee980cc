import type { ChainConfig } from "./config/config.ts";
import type { Address } from "./grants/bytes.ts";
import { HiddenEventError } from "./ledger/changes.ts";
import { HeldChainError, stillHeld } from "./ledger/heldChain.ts";
import { WriteQueue } from "./ledger/writeQueue.ts";
import { ChainWriter } from "./ledger/writer.ts";
import { Backoff, sleep } from "./ops/backoff.ts";
import { type ChainObserver, UNOBSERVED, type WriteStep } from "./ops/chainObserver.ts";
import type { Clock } from "./ops/clock.ts";
import { disbeliefOf } from "./ops/disbelief.ts";
import { explain, RetryableError } from "./ops/errors.ts";
import type { Logger } from "./ops/log.ts";
import { type Phase, waitsFor } from "./ops/phase.ts";
import { Progress, type ProgressReport, progressWords } from "./ops/progress.ts";
import { rpcLog } from "./ops/rpcLog.ts";
import type { ChainReader } from "./rpc/chainReader.ts";
import { type ChainConnection, connectChain } from "./rpc/connect.ts";
import type { RpcObserver } from "./rpc/observer.ts";
import type { ReadBlock } from "./rpc/readBlock.ts";
import { type BlockFetcher, createFetcher } from "./sync/fetch.ts";
import { type ChainView, follow, type Step } from "./sync/follow.ts";
import { findOmission } from "./sync/omission.ts";
import { type HistoryReader, rangedHistory } from "./sync/rangedHistory.ts";
import { LinkedWindow } from "./sync/window.ts";

export interface ChainRunnerOptions {
  readonly chain: ChainConfig;
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer?: ChainObserver;
  /** Told what happens between us and the chain's endpoints. Default: the log is. */
  readonly rpcObserver?: RpcObserver;
}

const STANDBY_POLL_MS = 1_000;
/** The head is confirmed in the database at least so often, so that a reader can tell a quiet chain from a dead one. */
const HEARTBEAT_MS = 1_000;
/** How often a chain that waits for an operator looks whether one has decided. */
const HELD_POLL_MS = 1_000;
const PROGRESS_EVERY_MS = 5_000;

/** Keeps one chain's part of the ledger up to its head, until stopped. */
export class ChainRunner {
  readonly #options: ChainRunnerOptions;
  readonly #log: Logger;
  readonly #stop = new AbortController();
  readonly #observer: ChainObserver;
  readonly #contracts: readonly Address[];
  readonly #startBlock: bigint;
  readonly #connection: ChainConnection;
  readonly #reader: ChainReader;
  readonly #fetcher: BlockFetcher;
  readonly #history: HistoryReader | undefined;
  readonly #backoff = new Backoff(250, 10_000);
  readonly #done: Promise<void>;
  #phase: Phase = "starting";
  #problem: string | undefined;
  #since: number;
  #progress = new Progress();
  #progressShownAt = 0;
  #confirmed = { at: 0, view: "" };
  /** An event showed that one before it is missing: the window is read again before going on. */
  #incomplete = false;

  constructor(options: ChainRunnerOptions) {
    this.#options = options;
    this.#log = options.log.child({ room: "sync", chain: Number(options.chain.chainId) });
    this.#observer = options.observer ?? UNOBSERVED;
    this.#since = options.clock();
    const { chainId, contracts, reading } = options.chain;
    this.#contracts = contracts.map((contract) => contract.address);
    this.#startBlock = contracts.reduce(
      (least, { startBlock }) => (startBlock < least ? startBlock : least),
      2n ** 62n,
    );
    const observer = options.rpcObserver ?? rpcLog(options.log.child({ room: "rpc", chain: Number(chainId) }));
    this.#connection = connectChain(options.chain, observer);
    this.#reader = this.#connection.reader;
    this.#fetcher = createFetcher(this.#reader, this.#contracts, reading);
    const { apart } = this.#connection;
    if (apart !== undefined) this.#history = rangedHistory(...apart, this.#contracts);
    this.#done = this.#run();
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Milliseconds since the unix epoch: when this phase began. */
  get since(): number {
    return this.#since;
  }

  /** Why the chain is `retrying` or `stopped`. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Of reading history; undefined when that is done. */
  get progress(): ProgressReport | undefined {
    return this.#phase === "backfill" || this.#phase === "retrying" ? this.#progress.report() : undefined;
  }

  /** Reads blocks of the chain for evidence; undefined where its encoding is not proven. */
  get readBlock(): ReadBlock | undefined {
    return this.#connection.readBlock;
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
        if (error instanceof HeldChainError) {
          await this.#untilReleased(error);
          continue;
        }
        if (!(error instanceof RetryableError)) {
          this.#report("stopped", error);
          break;
        }
        if (error instanceof HiddenEventError) this.#incomplete = true;
        await this.#waitAfter(error);
      }
    }
    await this.#connection.close();
  }

  /** Waits without the lock, which whoever decides needs, until an operator has decided. */
  async #untilReleased(hold: HeldChainError): Promise<void> {
    const { chain, databaseUrl } = this.#options;
    this.#report("stopped", hold);
    const { signal } = this.#stop;
    do await sleep(HELD_POLL_MS, signal);
    while (!signal.aborted && (await stillHeld(databaseUrl, chain.chainId)));
    if (signal.aborted) return;
    this.#log.info("an operator decided: the chain goes on");
    this.#problem = undefined;
    this.#enter("starting");
  }

  /** From taking the chain's lock to losing the database. */
  async #session(): Promise<void> {
    const { chain, databaseUrl, clock } = this.#options;
    const writer = await ChainWriter.open({ ...chain, databaseUrl, clock });
    if (writer === undefined) {
      if (this.#phase !== "standby") this.#log.info("another process writes this chain, standing by");
      this.#enter("standby");
      return sleep(STANDBY_POLL_MS, this.#stop.signal);
    }
    try {
      while (!this.#stop.signal.aborted) {
        // Not only at the beginning: who waits for a node writes nothing, and would keep the lock from an operator.
        const hold = await writer.hold();
        if (hold !== undefined) throw hold;
        if (this.#incomplete) await this.#readAgain(writer);
        await this.#followOnce(writer);
      }
    } finally {
      await writer.close();
    }
  }

  /** Goes back to before the block of which the node now tells more than it did, if there is one that is not final. */
  async #readAgain(writer: ChainWriter): Promise<void> {
    const window = new LinkedWindow(await writer.window());
    const held = await writer.eventCounts(window.oldest?.number ?? 0n);
    const ancestor = await findOmission(this.#fetcher, window, held, this.#stop.signal);
    this.#incomplete = false;
    if (ancestor === undefined) return;
    this.#log.warn({ to: ancestor.number.toString() }, "the node now tells an event that it kept back, reading again");
    this.#observer.retracted(await this.#timed("rollback", () => writer.rollback(ancestor)));
  }

  /** Follows until the network fails; returns to start again from what is stored. Throws what the ledger throws. */
  async #followOnce(writer: ChainWriter): Promise<void> {
    const { chain } = this.#options;
    const { signal } = this.#stop;
    const steps = follow(new LinkedWindow(await writer.window()), {
      reader: this.#reader,
      fetcher: this.#fetcher,
      history: this.#history,
      startBlock: this.#startBlock,
      pause: (atMostMs = chain.pollIntervalMs) =>
        this.#connection.untilNextLook(Math.min(chain.pollIntervalMs, atMostMs), signal),
      signal,
    });
    const queue = new WriteQueue(writer, (seconds) => this.#observer.wrote("append", seconds));
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
        const { headers, logs, leap } = step.blocks;
        await queue.add({ headers, logs, leap, view: step.view });
        if (step.view.caughtUp) await queue.drain();
        this.#observer.added(headers.length, logs.length);
        this.#reached(step.view, headers.at(-1)?.number);
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
        await this.#timed("confirm", () => writer.confirm(step.view));
        this.#confirmed = { at: now, view };
        return;
      }
      case "rollback": {
        const from = writer.cursor.indexed?.number ?? step.ancestor.number;
        const depth = Number(from - step.ancestor.number);
        const retracted = await this.#timed("rollback", () => writer.rollback(step.ancestor));
        this.#observer.reorganised(depth);
        this.#observer.retracted(retracted);
        const to = step.ancestor.number.toString();
        this.#log.warn({ from: from.toString(), to, depth, retracted }, "reorg");
        return;
      }
      case "quarantine":
        await this.#timed("quarantine", () => writer.quarantine(step.reason));
        this.#observer.disbelieved("finality");
        throw new HeldChainError(`the chain is quarantined: ${step.reason}`);
    }
  }

  async #timed<T>(step: WriteStep, write: () => Promise<T>): Promise<T> {
    const began = performance.now();
    const result = await write();
    this.#observer.wrote(step, (performance.now() - began) / 1000);
    return result;
  }

  #reached(view: ChainView, block?: bigint): void {
    const phase = view.caughtUp ? "live" : "backfill";
    if (phase !== this.#phase) this.#log.info({ head: view.head.number.toString() }, phase);
    this.#enter(phase);
    this.#problem = undefined;
    if (block !== undefined) this.#advanced(block, view.head.number);
  }

  #advanced(block: bigint, head: bigint): void {
    const now = performance.now();
    this.#progress.note(now, Number(block - this.#startBlock + 1n), Number(head - this.#startBlock + 1n));
    if (this.#phase !== "backfill" || now - this.#progressShownAt < PROGRESS_EVERY_MS) return;
    this.#progressShownAt = now;
    const report = this.#progress.report();
    if (report !== undefined) this.#log.info({ block: block.toString(), ...report }, progressWords(report));
  }

  #enter(phase: Phase): void {
    if (phase !== this.#phase) this.#since = this.#options.clock();
    this.#phase = phase;
  }

  #waitAfter(error: unknown): Promise<void> {
    this.#connection.doubt();
    const why = disbeliefOf(error);
    if (why !== undefined) this.#observer.disbelieved(why);
    const wait = this.#backoff.next();
    this.#report("retrying", error, wait);
    return sleep(wait, this.#stop.signal);
  }

  #report(phase: "retrying" | "stopped", error: unknown, againInMs?: number): void {
    this.#enter(phase);
    this.#problem = explain(error);
    const next =
      againInMs === undefined ? `waiting for ${waitsFor(phase)}` : `trying again in ${Math.round(againInMs)} ms`;
    this.#log[phase === "stopped" ? "error" : "warn"]({ problem: this.#problem }, `${phase}, ${next}`);
  }
}
