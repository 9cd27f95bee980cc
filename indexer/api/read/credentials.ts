import type { Address, Bytes32, CredentialRef } from "../../grants/bytes.ts";
import { toCredentialRef } from "../../grants/bytes.ts";
import type { CredentialStatus } from "../../grants/credentialStatus.ts";
import type { UnixTime } from "../../grants/record.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Database } from "../database.ts";
import { badCursor } from "../errors.ts";
import { type CredentialKey, decodeCredentialKey, encodeCredentialKey } from "../key.ts";
import type { KnownAt } from "../knownAt.ts";
import { type Moment, pin } from "../moment.ts";
import type { Keyset, Window } from "../page.ts";
import { asOf, CREDENTIAL_KINDS, type CredentialAt, type CredentialRow, toCredential } from "./credential.ts";
import { credentialsBy, successorBy } from "./credentialTrail.ts";
import { addBounds, Conditions, limitOf, type Ordering, orderBy } from "./keyset.ts";
import { knownBy, knownValue } from "./known.ts";
import { knowledgeOf, type Listed, type ListRow, listed, lookedAtOf, withChains } from "./listed.ts";
import { packed, prefixed } from "./packed.ts";

/** Lists of credentials, each once for every registry that knows it. */

export interface CredentialFilter {
  readonly credential?: CredentialRef | null | undefined;
  readonly holder?: Address | null | undefined;
  readonly issuer?: Address | null | undefined;
  readonly type?: Bytes32 | null | undefined;
  readonly replaces?: Bytes32 | null | undefined;
  readonly contract?: Address | null | undefined;
  readonly chain?: bigint | null | undefined;
  readonly status?: readonly CredentialStatus[] | null | undefined;
}

const ORDERING: Ordering = [
  ["k.credential", "bytea"],
  ["k.chain_id", "bigint"],
  ["k.contract", "bytea"],
];

const PACKING = packed<CredentialRow & { chain_id: bigint; looked_at: bigint }>(
  { chain_id: "bigint", looked_at: "bigint", ...CREDENTIAL_KINDS },
  (name) => (name.startsWith("k_") ? prefixed(name) : `k.${name}`),
);

const keyValues = (key: CredentialKey): unknown[] => [key.credential, key.chainId, key.contract];

export function decodeCredentialCursor(cursor: string): CredentialKey {
  const key = decodeCredentialKey("credentialCursor", cursor);
  if (key === undefined) throw badCursor("the cursor is not one of a list of credentials");
  return key;
}

/** The first thing that was said about it: anchored or ended, whichever came first. */
const FIRST_SAID = `LEAST(NULLIF(k.anchored_at, 0), NULLIF(k.revoked_at, 0), NULLIF(k.withdrawn_at, 0),
                          NULLIF(k.superseded_at, 0))`;

const STATUS_COLUMNS = `k.anchored_at, k.valid_from, k.valid_until, k.revoked_at, k.withdrawn_at, k.superseded_at`;

export class CredentialList implements Keyset<CredentialKey, CredentialAt> {
  readonly #database: Database;
  readonly #filter: CredentialFilter;
  readonly #moment: Moment;

  constructor(database: Database, filter: CredentialFilter, moment: Moment) {
    this.#database = database;
    this.#filter = filter;
    this.#moment = moment;
  }

  async read(window: Window<CredentialKey>): Promise<Listed<CredentialAt>> {
    const moment = this.#moment;
    const conditions = new Conditions();
    const rows = await this.#database.query<ListRow>(this.#select(conditions, window), conditions.values);
    return listed(rows, PACKING, (row, chain) => {
      return { facts: asOf(toCredential(chain.chainId, row), row.looked_at), chain, at: row.looked_at, moment };
    });
  }

  pinned(chains: readonly ObservedChain[]): CredentialList {
    return new CredentialList(this.#database, this.#filter, pin(this.#moment, chains));
  }

  keyOf(row: CredentialAt): CredentialKey {
    return row.facts;
  }

  encode(key: CredentialKey): string {
    return encodeCredentialKey("credentialCursor", key);
  }

  #select(conditions: Conditions, window: Window<CredentialKey>): string {
    const filter = this.#filter;
    for (const column of ["credential", "holder", "issuer", "contract"] as const)
      conditions.equal(`k.${column}`, filter[column]);
    conditions.equal("k.chain_id", filter.chain);
    addBounds(conditions, ORDERING, {
      ...window,
      after: window.after && keyValues(window.after),
      before: window.before && keyValues(window.before),
    });
    const knowledge = knowledgeOf(conditions, this.#moment);
    const lookedAt = lookedAtOf(conditions, this.#moment);
    // These are the same in everything that was said about a credential; the rest is not.
    const same = conditions.where();
    const rest = new Conditions(conditions.values);
    rest.equal("k.replaces", filter.replaces);
    rest.equal("k.credential_type", filter.type);
    if (this.#moment.at !== undefined) rest.add(`${FIRST_SAID} <= ${lookedAt}`);
    if (filter.status != null)
      rest.add(`credential_status(${STATUS_COLUMNS}, ${lookedAt}) = ANY(${rest.value(filter.status)}::text[])`);
    const [from, where] =
      this.#moment.known === undefined
        ? ["credential", `${same} AND ${rest.where()}`]
        : [`(${credentialsBy(same, knowledge)})`, rest.where()];
    return withChains({
      ...{ conditions, knowledge, window, alias: "k", ordering: ORDERING, chain: filter.chain },
      packing: PACKING,
      page: `
        SELECT ${lookedAt} AS looked_at, k.*
          FROM ${from} k JOIN ${knowledge.chains} c ON c.chain_id = k.chain_id
         WHERE ${where} ORDER BY ${orderBy(ORDERING, window.backward)} ${limitOf(window)}`,
    });
  }
}

/** What one registry knows of a credential, undefined when nothing (or nothing yet). */
export async function readCredential(
  database: Database,
  { credential, chainId, contract }: CredentialKey,
  moment: Moment,
): Promise<CredentialAt | undefined> {
  const list = new CredentialList(database, { credential, contract, chain: chainId }, moment);
  return (await list.read({ limit: 1, backward: false, inclusive: false })).items[0];
}

/** A credential and what it was replaced by, one after the other. */
export interface Versions {
  /** From the one asked about to the newest known. */
  readonly credentials: readonly CredentialRef[];
  /** False when there are more than were followed, or when they lead back to themselves. */
  readonly complete: boolean;
}

const MAX_VERSIONS = 100;

/** Who replaced whom, as it was known. `moment` is one that is pinned: what was read before belongs to the same answer. */
const BY = knownBy("$4");
const successor = (credential: string): string => successorBy(credential, "$2", "$3::bigint", BY);
const VERSIONS = {
  name: "versions",
  text: `
    ${BY.with.replace("WITH", "WITH RECURSIVE")}, version AS (
      SELECT $1::bytea AS credential, ${successor("$1::bytea")} AS successor, 1 AS place, ARRAY[$1::bytea] AS seen
      UNION ALL
      SELECT v.successor, ${successor("v.successor")}, v.place + 1, v.seen || v.successor
        FROM version v
       WHERE v.successor <> ALL(v.seen) AND v.place < ${MAX_VERSIONS})
    SELECT credential, successor FROM version ORDER BY place`,
};

/** Follows who replaced whom, a bounded number of steps. */
export async function readVersions(
  database: Database,
  question: { credential: CredentialRef; at: UnixTime; chain: bigint | undefined; known: KnownAt["of"] },
): Promise<Versions> {
  const { credential, at, chain, known } = question;
  const rows = await database.prepared<{ credential: Buffer; successor: Buffer | null }>(VERSIONS, [
    credential,
    at,
    chain ?? null,
    knownValue(known),
  ]);
  return {
    credentials: rows.map((row) => toCredentialRef(row.credential)),
    complete: rows.at(-1)?.successor === null,
  };
}
