import { type Address, toAddress } from "../../grants/bytes.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Database } from "../database.ts";
import { badCursor } from "../errors.ts";
import { decodeEntityKey, type EntityKey, encodeEntityKey } from "../key.ts";
import { type Moment, pin } from "../moment.ts";
import type { Keyset, Window } from "../page.ts";
import { entitiesAsOf } from "./entityTrail.ts";
import type { EntityStatus } from "./issuer.ts";
import { addBounds, Conditions, limitOf, type Ordering, orderBy } from "./keyset.ts";
import { knowledgeOf, type Listed, type ListRow, listed, lookedAtOf, withChains } from "./listed.ts";
import { columnsOf, packed } from "./packed.ts";

/** A legal person in one registry, as its newest event left it. Texts are bytes, whatever they are. */
export interface EntityFacts {
  readonly chainId: bigint;
  readonly contract: Address;
  readonly account: Address;
  /** Mask: 1 issuer, 2 institution, 4 authority. */
  readonly kinds: number;
  readonly status: EntityStatus;
  readonly jurisdiction: Uint8Array;
  /** Zero where there is none. */
  readonly lei: Uint8Array;
  readonly name: Uint8Array;
  readonly uri: Uint8Array;
  readonly registeredAt: UnixTime;
  readonly statusSince: UnixTime;
  readonly sequence: bigint;
  readonly reason: number | null;
  /** Of the newest event. */
  readonly blockNumber: bigint;
  readonly blockTime: UnixTime;
}

/** An entity, the chain it is on, and the moment it is looked at. */
export interface EntityAt {
  readonly entity: EntityFacts;
  readonly chain: ObservedChain;
  readonly at: UnixTime;
  /** Of the answer that it is part of. */
  readonly moment: Moment;
}

export interface EntityFilter {
  readonly account?: Address | null | undefined;
  readonly contract?: Address | null | undefined;
  readonly chain?: bigint | null | undefined;
  /** Mask: registered for at least one of these. */
  readonly kinds?: number | undefined;
  readonly status?: readonly EntityStatus[] | null | undefined;
  readonly jurisdiction?: Uint8Array | undefined;
  readonly lei?: Uint8Array | undefined;
}

const ORDERING: Ordering = [
  ["n.account", "bytea"],
  ["n.chain_id", "bigint"],
  ["n.contract", "bytea"],
];

interface EntityRow {
  chain_id: bigint;
  looked_at: bigint;
  account: Buffer;
  contract: Buffer;
  kinds: number;
  status: EntityStatus;
  jurisdiction: Buffer;
  lei: Buffer;
  name: Buffer;
  uri: Buffer;
  registered_at: bigint;
  status_since: bigint;
  sequence: bigint;
  reason: number | null;
  block_number: bigint;
  block_time: bigint;
}

const PACKING = packed<EntityRow>(
  {
    ...{ chain_id: "bigint", looked_at: "bigint", account: "bytes", contract: "bytes", kinds: "int", status: "word" },
    ...{ jurisdiction: "bytes", lei: "bytes", name: "bytes", uri: "bytes", registered_at: "bigint" },
    ...{ status_since: "bigint", sequence: "bigint", reason: "int", block_number: "bigint", block_time: "bigint" },
  },
  columnsOf("n"),
);

const toEntity = (row: EntityRow): EntityFacts => ({
  chainId: row.chain_id,
  contract: toAddress(row.contract),
  account: toAddress(row.account),
  kinds: row.kinds,
  status: row.status,
  jurisdiction: row.jurisdiction,
  lei: row.lei,
  name: row.name,
  uri: row.uri,
  registeredAt: row.registered_at,
  statusSince: row.status_since,
  sequence: row.sequence,
  reason: row.reason,
  blockNumber: row.block_number,
  blockTime: row.block_time,
});

const keyValues = (key: EntityKey): unknown[] => [key.account, key.chainId, key.contract];

export function decodeEntityCursor(cursor: string): EntityKey {
  const key = decodeEntityKey("entityCursor", cursor);
  if (key === undefined) throw badCursor("the cursor is not one of a list of entities");
  return key;
}

/** Lists of entities, each once for every registry that knows it: now, or from the trail at an earlier time. */
export class EntityList implements Keyset<EntityKey, EntityAt> {
  readonly #database: Database;
  readonly #filter: EntityFilter;
  readonly #moment: Moment;

  constructor(database: Database, filter: EntityFilter, moment: Moment) {
    this.#database = database;
    this.#filter = filter;
    this.#moment = moment;
  }

  async read(window: Window<EntityKey>): Promise<Listed<EntityAt>> {
    const moment = this.#moment;
    const conditions = new Conditions();
    const rows = await this.#database.query<ListRow>(this.#select(conditions, window), conditions.values);
    return listed(rows, PACKING, (row, chain) => ({ entity: toEntity(row), chain, at: row.looked_at, moment }));
  }

  pinned(chains: readonly ObservedChain[]): EntityList {
    return new EntityList(this.#database, this.#filter, pin(this.#moment, chains));
  }

  keyOf(row: EntityAt): EntityKey {
    return row.entity;
  }

  encode(key: EntityKey): string {
    return encodeEntityKey("entityCursor", key);
  }

  #select(conditions: Conditions, window: Window<EntityKey>): string {
    const filter = this.#filter;
    for (const column of ["account", "contract", "jurisdiction", "lei"] as const)
      conditions.equal(`n.${column}`, filter[column]);
    conditions.equal("n.chain_id", filter.chain);
    if (filter.kinds !== undefined) conditions.add(`n.kinds & ${conditions.value(filter.kinds)}::integer <> 0`);
    if (filter.status != null) conditions.add(`n.status = ANY(${conditions.value(filter.status)}::entity_status[])`);
    addBounds(conditions, ORDERING, {
      ...window,
      after: window.after && keyValues(window.after),
      before: window.before && keyValues(window.before),
    });
    const { at, known } = this.#moment;
    const knowledge = knowledgeOf(conditions, this.#moment);
    const lookedAt = lookedAtOf(conditions, this.#moment);
    const trail = (): string => {
      const account = filter.account == null ? undefined : conditions.value(filter.account);
      return `(${entitiesAsOf(account, { at: at === undefined ? undefined : lookedAt, knowledge })})`;
    };
    const from = at === undefined && known === undefined ? "entity" : trail();
    return withChains({
      ...{ conditions, knowledge, window, alias: "n", ordering: ORDERING, chain: filter.chain },
      packing: PACKING,
      page: `
        SELECT ${lookedAt} AS looked_at, n.*
          FROM ${from} n JOIN ${knowledge.chains} c ON c.chain_id = n.chain_id
         WHERE ${conditions.where()}
         ORDER BY ${orderBy(ORDERING, window.backward)} ${limitOf(window)}`,
    });
  }
}

/** A legal person in one registry, undefined when it is not registered there (or was not yet). */
export async function readEntity(
  database: Database,
  { account, chainId, contract }: EntityKey,
  moment: Moment,
): Promise<EntityAt | undefined> {
  const list = new EntityList(database, { account, contract, chain: chainId }, moment);
  return (await list.read({ limit: 1, backward: false, inclusive: false })).items[0];
}
