import { randomBytes } from "node:crypto";
import pino from "pino";
import { type Api, type ApiOptions, startApi } from "../../indexer/api/server.ts";
import type { ContractName } from "../../indexer/config/schema.ts";
import { toAddress, toBytes32, toHex } from "../../indexer/grants/bytes.ts";
import { type GrantRecord, packRecord } from "../../indexer/grants/record.ts";
import { EVENT_LAYOUTS } from "../../indexer/ledger/layout.ts";
import { migrate } from "../../indexer/ledger/migrate.ts";
import { ChainWriter, type Extension } from "../../indexer/ledger/writer.ts";
import type { ReceiptKey } from "../../indexer/receipts/receiptKey.ts";
import type { Header, RawLog } from "../../indexer/rpc/answers.ts";
import type { TestPostgres } from "../support/postgres.ts";
import { LINKED } from "../support/reading.ts";

/** A ledger filled through its real writer, from blocks and logs made up here, and an API over it. */

export const CONTRACT = `0x${"cc".repeat(20)}`;
/** 2027-01-15T08:00:00Z, the clock of every world until a test moves it. */
export const NOW = 1_800_000_000n;

export const bytes32 = (seed: number): `0x${string}` => `0x${seed.toString(16).padStart(64, "0")}`;
export const address = (seed: number): `0x${string}` => `0x${seed.toString(16).padStart(40, "0")}`;

export interface Said {
  readonly kind?: "GRANTED" | "REVOKED" | "RELEASED";
  readonly credential?: number;
  readonly holder?: number;
  readonly grantee?: number;
  readonly issuer?: number;
  readonly seal?: number;
  readonly purpose?: number;
  /** Legal basis of a grant, reason of an end. */
  readonly code?: number;
  readonly context?: number;
  readonly record: Partial<GrantRecord>;
}

/** A log as it is: an event of suite.ts, or no event we know. */
export interface Gibberish {
  /** Which contract says it; AccessGrants without it. */
  readonly from?: ContractName;
  readonly topics: readonly string[];
  readonly data: string;
}

/** Where the contracts are, on every chain. */
export const CONTRACTS: Readonly<Record<ContractName, string>> = {
  AccessGrants: CONTRACT,
  CredentialRegistry: `0x${"cd".repeat(20)}`,
  EntityRegistry: `0x${"ce".repeat(20)}`,
  AccessManager: `0x${"cf".repeat(20)}`,
};
export const SUITE = Object.keys(CONTRACTS) as ContractName[];

const word = (value: number): string => value.toString(16).padStart(64, "0");

export function record(fields: Partial<GrantRecord>): GrantRecord {
  const grantedAt = fields.grantedAt ?? NOW - 1000n;
  return {
    grantedAt,
    notBefore: grantedAt,
    expiresAt: 0n,
    lockedUntil: 0n,
    revokedAt: 0n,
    retention: 0n,
    sequence: 1,
    flags: 0,
    ...fields,
  };
}

function topicsAndData(said: Said): Gibberish {
  const kind = said.kind ?? "GRANTED";
  const layout = EVENT_LAYOUTS.find((one) => one.kind === kind);
  if (layout === undefined) throw new Error(kind);
  const packed = toHex(packRecord(record(said.record))).slice(2);
  const words = [word(said.issuer ?? 0x155), word(said.seal ?? 0x5ea1), word(said.purpose ?? 1), word(said.code ?? 0)];
  return {
    topics: [
      layout.topic,
      ...[said.credential ?? 1, said.holder ?? 0x401d, said.grantee ?? 2].map((value) => `0x${word(value)}`),
    ],
    data: `0x${words.join("")}${packed}${kind === "GRANTED" ? word(said.context ?? 0xc0) : ""}`,
  };
}

export class TestChain {
  readonly writer: ChainWriter;
  readonly #blocks: Header[] = [];

  constructor(writer: ChainWriter) {
    this.writer = writer;
  }

  /** Number of the newest block, 0 before the first. */
  get height(): bigint {
    return this.#blocks.at(-1)?.number ?? 0n;
  }

  /** Time of the newest block, 0 before the first. */
  get time(): bigint {
    return this.#blocks.at(-1)?.time ?? 0n;
  }

  /** Goes on where another writer of the same chain ended. */
  takeOver(before: TestChain): void {
    this.#blocks.push(...before.#blocks);
  }

  get head(): Header {
    const head = this.#blocks.at(-1);
    if (head === undefined) throw new Error("no block was mined");
    return head;
  }

  /** Adds one block with these events. `final` is the number of the newest final block. */
  async mine(time: bigint, said: readonly (Said | Gibberish)[], options: MineOptions = {}): Promise<Header> {
    await this.writer.append(this.#extension(time, said, options));
    return this.head;
  }

  /** The same in two steps, as history is read: encoded now, written when that is called, after what came before it. */
  prepare(time: bigint, said: readonly (Said | Gibberish)[], options: MineOptions = {}): () => Promise<void> {
    const prepared = this.writer.prepare(this.#extension(time, said, options));
    return () => this.writer.write(prepared);
  }

  #extension(time: bigint, said: readonly (Said | Gibberish)[], options: MineOptions): Extension {
    const parent = this.#blocks.at(-1);
    const header: Header = {
      number: (parent?.number ?? 0n) + 1n,
      hash: toBytes32(randomBytes(32)),
      parentHash: parent?.hash ?? toBytes32(randomBytes(32)),
      time,
      logsBloom: "",
    };
    this.#blocks.push(header);
    const logs = said.map((one, i) => ({
      log: this.#log(header, i, one),
      blockTime: time,
      verification: "LINKED" as const,
    }));
    return { headers: [header], logs, view: this.#view(options) };
  }

  /** Drops the blocks above this number. */
  async rollback(number: bigint): Promise<void> {
    this.#blocks.splice(this.#blocks.findIndex((block) => block.number === number) + 1);
    await this.writer.rollback(this.head);
  }

  /** The node confirms its head now. */
  confirm(options: MineOptions = {}): Promise<void> {
    return this.writer.confirm(this.#view(options));
  }

  #view({ caughtUp = true, safe, final, head }: MineOptions) {
    return {
      head: { number: head ?? this.head.number, time: this.head.time },
      safeNumber: safe,
      finalizedNumber: final,
      caughtUp,
    };
  }

  #log(header: Header, index: number, said: Said | Gibberish): RawLog {
    const { topics, data, from = "AccessGrants" } = "topics" in said ? said : topicsAndData(said);
    return {
      address: CONTRACTS[from],
      topics,
      data,
      transactionHash: toHex(randomBytes(32)),
      transactionIndex: index,
      logIndex: index,
      blockNumber: header.number,
      blockHash: toHex(header.hash),
    };
  }
}

export interface MineOptions {
  readonly caughtUp?: boolean;
  readonly safe?: bigint | undefined;
  readonly final?: bigint | undefined;
  readonly head?: bigint;
}

export interface World {
  readonly databaseUrl: string;
  readonly api: Api;
  /** Unix seconds; tests move it. */
  now: bigint;
  /** Adds a chain on which these contracts are indexed, AccessGrants alone without them. */
  chain(chainId: bigint, name?: string, contracts?: readonly ContractName[]): Promise<TestChain>;
  readonly chains: ReadonlyMap<bigint, TestChain>;
  /** The data of a query that must succeed. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by tests, each of which knows its query.
  ask(query: string, variables?: Record<string, unknown>): Promise<any>;
  /** The code and message of a query that must fail. */
  fail(query: string, variables?: Record<string, unknown>): Promise<{ code: string; message: string; status: number }>;
  /** @param as the key that is shown. */
  post(body: unknown, as?: string): Promise<Response>;
  close(): Promise<void>;
}

export interface WorldOptions extends Partial<ApiOptions> {
  /** From where the API reads a database of the primary. */
  readonly readFrom?: (databaseUrl: string) => string;
  /** The key that is shown with every question. */
  readonly key?: (databaseUrl: string) => Promise<string>;
  readonly publicUrl?: string;
  readonly receiptKey?: ReceiptKey;
}

export async function openWorld(postgres: TestPostgres, options: WorldOptions = {}): Promise<World> {
  const databaseUrl = options.databaseUrl ?? (await postgres.createDatabase());
  if (options.databaseUrl === undefined) await migrate(databaseUrl);
  const chains = new Map<bigint, TestChain>();
  const key = await options.key?.(databaseUrl);
  const api = await startApi({
    ...options,
    databaseUrl,
    readDatabaseUrl: options.readFrom?.(databaseUrl),
    access: options.access,
    host: "127.0.0.1",
    port: 0,
    explore: options.explore ?? false,
    maxStalenessSeconds: options.maxStalenessSeconds ?? 60,
    publicUrl: options.publicUrl,
    receiptKey: options.receiptKey,
    clock: () => Number(world.now) * 1000,
    log: pino({ level: process.env["TEST_LOG"] ?? "silent" }),
  });
  const world: World = {
    databaseUrl,
    api,
    now: NOW,
    async chain(chainId, name = `Chain ${chainId}`, indexed = ["AccessGrants"]) {
      const contracts = indexed.map((one) => ({
        name: one,
        address: toAddress(Buffer.from(CONTRACTS[one].slice(2), "hex")),
        startBlock: 0n,
      }));
      const clock = () => Number(world.now) * 1000;
      const writer = await ChainWriter.open({ databaseUrl, chainId, name, contracts, clock, reading: LINKED });
      if (writer === undefined) throw new Error("another writer holds the chain");
      const chain = new TestChain(writer);
      chains.set(chainId, chain);
      return chain;
    },
    chains,
    post: (body, as = key) =>
      fetch(`${api.url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json", ...(as === undefined ? {} : { authorization: `Bearer ${as}` }) },
        body: JSON.stringify(body),
      }),
    async ask(query, variables = {}) {
      const body = (await (await world.post({ query, variables })).json()) as { data?: unknown; errors?: unknown };
      if (body.errors !== undefined) throw new Error(`${query}: ${JSON.stringify(body.errors)}`);
      return body.data;
    },
    async fail(query, variables = {}) {
      const response = await world.post({ query, variables });
      const body = (await response.json()) as { errors?: { message: string; extensions: { code: string } }[] };
      const error = body.errors?.[0];
      if (error === undefined) throw new Error(`${query}: expected an error, got ${JSON.stringify(body)}`);
      return { code: error.extensions.code, message: error.message, status: response.status };
    },
    async close() {
      await api.stop();
      await Promise.all([...chains.values()].map(({ writer }) => writer.close()));
    },
  };
  return world;
}
