import pg from "pg";
import type pino from "pino";
import { ANYBODY } from "../api/access/caller.ts";
import { Database } from "../api/database.ts";
import { momentOf } from "../api/moment.ts";
import { readFeed } from "../api/read/feed.ts";
import { Feeds } from "../api/watch/feeds.ts";
import { BEGINNING, decodePositions, encodePositions, endOf, isAfter, type Position } from "../api/watch/position.ts";
import { sleep } from "../ops/backoff.ts";
import type { Clock } from "../ops/clock.ts";
import { explain } from "../ops/errors.ts";
import type { WebhookCounts } from "../ops/metrics/toldMetrics.ts";
import { type MessageContext, messageOf } from "./message.ts";
import {
  ended,
  failed,
  gaveUp,
  letGo,
  movedOn,
  postponed,
  prolonged,
  readCounts,
  readReplays,
  replayed,
  type Target,
  takeTargets,
} from "./outbox.ts";
import { Poster, type PosterOptions } from "./post.ts";
import { SecretBox } from "./secretBox.ts";
import { signedHeaders } from "./signature.ts";

/** Seconds until each next attempt at one message, some two days in all; then it is put aside. */
const RETRY_AFTER_SECONDS = [5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400] as const;
/** A target that has nothing to be told is looked at so often. */
const IDLE_SECONDS = 1;
/** So long a target waits for a problem of ours to pass. */
const PROBLEM_SECONDS = 30;
/** A process that is killed keeps its targets from others for so long. */
const LEASE_SECONDS = 60;
/** After so many messages others have their turn. */
const MESSAGES_IN_A_TURN = 200;
const POLL_MS = 500;
const PAGE = 20;
const STATEMENT_TIMEOUT_MS = 5_000;

export interface DispatcherOptions {
  readonly databaseUrl: string;
  readonly key: Uint8Array;
  readonly poster: PosterOptions;
  readonly clock: Clock;
  readonly log: pino.Logger;
  readonly retryAfterSeconds?: readonly number[];
  readonly leaseSeconds?: number;
}

/**
 * Sends the feed to webhooks: to each target one message after another in the order of the feed, the next when the one before
 * was taken or put aside. Where a target stands is in the database; several processes share the targets, and one that is killed
 * leaves at most a message that is sent again.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions;
  readonly #pool: pg.Pool;
  readonly #database: Database;
  readonly #feeds: Feeds;
  readonly #poster: Poster;
  readonly #box: SecretBox;
  readonly #context: MessageContext;
  readonly #stop = new AbortController();
  readonly #busy = new Set<Promise<void>>();
  readonly #done: Promise<void>;

  constructor(options: DispatcherOptions) {
    const { databaseUrl, clock, log } = options;
    this.#options = options;
    const onError = (error: Error): void => log.debug({ err: error }, "an idle connection was lost");
    this.#pool = new pg.Pool({
      ...{ connectionString: databaseUrl, max: 4, keepAlive: true, application_name: "grantledger webhooks" },
      ...{ statement_timeout: STATEMENT_TIMEOUT_MS, query_timeout: STATEMENT_TIMEOUT_MS + 1_000 },
      connectionTimeoutMillis: STATEMENT_TIMEOUT_MS,
    });
    this.#pool.on("error", onError);
    this.#database = new Database(databaseUrl, onError);
    this.#feeds = new Feeds({ databaseUrl, database: this.#database, clock, log });
    this.#poster = new Poster(options.poster);
    this.#box = new SecretBox(options.key);
    // A message says what is so, not how fresh it is.
    this.#context = { database: this.#database, clock, maxStalenessSeconds: 60, feeds: this.#feeds, caller: ANYBODY };
    this.#done = this.#run();
  }

  /** How it stands with all targets, whichever process is at them. */
  counts(): Promise<WebhookCounts> {
    return readCounts(this.#pool);
  }

  /** Finishes the messages under way. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
    await Promise.all(this.#busy);
    await this.#feeds.stop();
    await Promise.all([this.#poster.close(), this.#pool.end(), this.#database.close()]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { leaseSeconds = LEASE_SECONDS } = this.#options;
    const watcher = this.#feeds.enter();
    while (!signal.aborted) {
      try {
        for (const target of await takeTargets(this.#pool, this.#busy.size, leaseSeconds)) {
          const working = this.#serve(target).finally(() => this.#busy.delete(working));
          this.#busy.add(working);
        }
      } catch (error) {
        this.#options.log.warn({ problem: explain(error) }, "webhooks wait");
      }
      await sleep(POLL_MS, signal);
    }
    watcher.leave();
  }

  /** Sends what there is for a target; whatever goes wrong here is tried again when its lease is over. */
  async #serve(target: Target): Promise<void> {
    try {
      const secret = this.#box.open(target.sealedSecret, target.id);
      for (const { messageId, body } of await readReplays(this.#pool, target)) {
        if (this.#stop.signal.aborted) break;
        // A hundred receivers' time limits are longer than a lease.
        if (!(await prolonged(this.#pool, target))) return;
        const outcome = await this.#send(target, secret, messageId, body);
        await replayed(this.#pool, target, messageId, outcome.type === "taken" ? undefined : problemOf(outcome));
      }
      if (await this.#tellAll(target, secret)) await letGo(this.#pool, target, IDLE_SECONDS);
    } catch (error) {
      this.#options.log.error({ err: error, webhook: target.id }, "a webhook cannot be served");
      await postponed(this.#pool, target, explain(error).slice(0, 500), PROBLEM_SECONDS).catch(() => {});
    }
  }

  /** @returns whether the target is still ours: it was told everything, or had its turn. */
  async #tellAll(target: Target, secret: Uint8Array): Promise<boolean> {
    const positions = new Map<bigint, Position>(decodePositions(target.cursor));
    let { attempts } = target;
    let told = 0;
    for (const horizon of this.#feeds.horizons) {
      const { chainId, changedAt } = horizon;
      if (target.filter.chain !== undefined && target.filter.chain !== chainId) continue;
      while (!this.#stop.signal.aborted) {
        const position = positions.get(chainId) ?? BEGINNING;
        if (changedAt === undefined || !isAfter(endOf(changedAt), position)) break;
        const moment = momentOf(this.#context, {});
        const page = await readFeed(this.#database, target.filter, horizon, position, PAGE, moment);
        for (const item of page.items) {
          if (this.#stop.signal.aborted || told++ >= MESSAGES_IN_A_TURN) return true;
          positions.set(chainId, item.position);
          const cursor = encodePositions(positions);
          const { id, body } = await messageOf(target.id, { ...item, cursor }, this.#context);
          const outcome = await this.#send(target, secret, id, body);
          if (outcome.type === "gone") {
            await ended(this.#pool, target, problemOf(outcome));
            return false;
          }
          if (outcome.type === "failed") {
            const { problem } = outcome;
            this.#options.log.warn({ webhook: target.id, message: id, attempts: attempts + 1, problem }, "not taken");
            if (attempts < this.#retries.length) {
              await failed(this.#pool, target, problem, this.#wait(attempts));
              return false;
            }
            if (!(await gaveUp(this.#pool, target, { messageId: id, body }, problem, cursor))) return false;
          } else if (!(await movedOn(this.#pool, target, cursor))) return false;
          attempts = 0;
        }
        positions.set(chainId, page.position);
        if (!(await movedOn(this.#pool, target, encodePositions(positions)))) return false;
      }
    }
    return true;
  }

  #send(target: Target, secret: Uint8Array, id: string, body: string) {
    const timestamp = BigInt(Math.floor(this.#options.clock() / 1000));
    return this.#poster.post(target.url, signedHeaders(secret, id, timestamp, body), body);
  }

  get #retries(): readonly number[] {
    return this.#options.retryAfterSeconds ?? RETRY_AFTER_SECONDS;
  }

  /** With jitter, so that targets on one host do not come back at once. */
  #wait(attempts: number): number {
    return (this.#retries[Math.min(attempts, this.#retries.length - 1)] ?? 0) * (0.9 + Math.random() / 5);
  }
}

const problemOf = (outcome: { readonly type: string; readonly problem?: string }): string =>
  outcome.problem ?? "the receiver said 410 Gone";
