import type { GrantChange, Origin } from "../../grants/accessPeriods.ts";
import { type Address, type CredentialRef, toAddress, toBytes32, toHex } from "../../grants/bytes.ts";
import { GRANT_TABLE } from "../../ledger/grantTable.ts";
import { RECORD_COLUMNS } from "../../ledger/recordColumns.ts";
import type { ObservedChain } from "../../ops/health.ts";
import type { Database } from "../database.ts";
import type { GrantKey } from "../key.ts";
import type { Moment } from "../moment.ts";
import type { Finality } from "./chain.ts";
import { finalityOf } from "./chain.ts";
import { type GrantRow, toRecord } from "./grant.ts";
import { addBounds, Conditions, type Ordering, orderBy } from "./keyset.ts";
import { knowledgeOf } from "./listed.ts";

/** Grants with all their changes that stood, from the trail. */

export interface ChangedGrant {
  readonly key: GrantKey;
  readonly holder: Address;
  readonly issuer: Address;
  /** In the order of the chain. */
  readonly changes: readonly GrantChange[];
  /** Of the newest change. */
  readonly finality: Finality | null;
}

export interface ChangesFilter {
  readonly credential?: CredentialRef | undefined;
  readonly grantee?: Address | undefined;
  readonly holder?: Address | undefined;
  readonly purpose?: number | undefined;
}

const ORDERING: Ordering = [
  ["e.credential", "bytea"],
  ["e.grantee", "bytea"],
  ["e.purpose", "integer"],
  ["e.chain_id", "bigint"],
  ["e.contract", "bytea"],
];
const COLUMNS = [
  ...new Set([
    ...[...GRANT_TABLE.key, "holder", "issuer", "block_number", "block_time", ...RECORD_COLUMNS],
    ...["legal_basis", "context", "grantor", "parent_granted_at", "hold_until"],
  ]),
]
  .map((column) => `e.${column}`)
  .join(", ");

export type ChangeRow = Omit<GrantRow, "seal" | "seq" | "reason" | "parent_end"> & { chain_id: bigint };

/** The changes of the grants that are meant, those of each together, from this grant on. */
export function changesText(conditions: Conditions, filter: ChangesFilter, moment: Moment, from: GrantKey | undefined) {
  const knowledge = knowledgeOf(conditions, moment);
  for (const column of ["credential", "grantee", "holder", "purpose"] as const)
    conditions.equal(`e.${column}`, filter[column]);
  addBounds(conditions, ORDERING, {
    ...{ limit: 0, backward: false, inclusive: true },
    after: from && [from.credential, from.grantee, from.purpose, from.chainId, from.contract],
  });
  return `${knowledge.with}SELECT ${COLUMNS} FROM event e JOIN ${knowledge.chains} c ON c.chain_id = e.chain_id
   WHERE ${conditions.where()} AND e.purpose IS NOT NULL AND ${knowledge.live("e")}
   ORDER BY ${orderBy(ORDERING, false)}, e.seq`;
}

const sameGrant = (a: ChangeRow, b: ChangeRow): boolean =>
  a.purpose === b.purpose &&
  a.chain_id === b.chain_id &&
  a.grantee.equals(b.grantee) &&
  a.credential.equals(b.credential) &&
  a.contract.equals(b.contract);

/** Rows that come by grant, as grants, as many together as have about so many changes. */
export async function* changedGrants(
  rows: AsyncIterable<readonly ChangeRow[]>,
  chains: readonly ObservedChain[],
  together: number,
): AsyncGenerator<ChangedGrant[], void, undefined> {
  let grants: ChangedGrant[] = [];
  let open: ChangeRow[] = [];
  let count = 0;
  const close = (): void => {
    if (open.length > 0) grants.push(toChangedGrant(open, chains));
    open = [];
  };
  for await (const some of rows)
    for (const row of some) {
      if (open[0] !== undefined && !sameGrant(open[0], row)) {
        close();
        if (count >= together) {
          yield grants;
          grants = [];
          count = 0;
        }
      }
      open.push(row);
      count += 1;
    }
  close();
  if (grants.length > 0) yield grants;
}

function toChangedGrant(rows: readonly ChangeRow[], chains: readonly ObservedChain[]): ChangedGrant {
  const last = rows.at(-1) as ChangeRow;
  const chain = chains.find(({ chainId }) => chainId === last.chain_id);
  return {
    key: {
      credential: last.credential as Uint8Array as CredentialRef,
      grantee: toAddress(last.grantee),
      purpose: last.purpose,
      chainId: last.chain_id,
      contract: toAddress(last.contract),
    },
    holder: toAddress(last.holder),
    issuer: toAddress(last.issuer),
    changes: rows.map(toChange),
    finality: chain === undefined ? null : finalityOf(chain, last.block_number),
  };
}

const toChange = (row: ChangeRow): GrantChange => ({
  time: row.block_time,
  record: toRecord(row),
  terms:
    row.legal_basis === null || row.context === null
      ? undefined
      : { legalBasis: row.legal_basis, context: toBytes32(row.context) },
  origin:
    row.grantor === null || row.parent_granted_at === null
      ? undefined
      : { grantor: toAddress(row.grantor), grantedAt: row.parent_granted_at },
  holdUntil: row.hold_until ?? undefined,
});

type ParentChange = Pick<GrantChange, "time" | "record">;
/** What a grant was granted onward under, by its period. */
export type Parents = (key: GrantKey, origin: Origin) => readonly ParentChange[];

const nameOf = (key: Omit<GrantKey, "grantee">, grantor: Uint8Array, grantedAt: bigint): string =>
  [toHex(key.credential), toHex(grantor), key.purpose, key.chainId, toHex(key.contract), grantedAt].join();

/** The grants that these were granted onward under, in the periods in which they were. */
export async function readParents(
  database: Database,
  grants: readonly ChangedGrant[],
  moment: Moment,
): Promise<Parents> {
  const wanted = new Map<string, GrantKey>();
  for (const { key, changes } of grants)
    for (const { origin } of changes)
      if (origin !== undefined) wanted.set(nameOf(key, origin.grantor, 0n), { ...key, grantee: origin.grantor });
  const found = new Map<string, ParentChange[]>();
  if (wanted.size > 0) {
    const keys = [...wanted.values()];
    const conditions = new Conditions();
    const knowledge = knowledgeOf(conditions, moment);
    const list = (of: (key: GrantKey) => unknown, type: string): string =>
      `${conditions.value(keys.map(of))}::${type}[]`;
    const rows = await database.query<ChangeRow>(
      `${knowledge.with}SELECT ${COLUMNS}
         FROM unnest(${list((one) => one.credential, "bytea")}, ${list((one) => one.grantee, "bytea")},
                     ${list((one) => one.purpose, "integer")}, ${list((one) => one.chainId, "bigint")},
                     ${list((one) => one.contract, "bytea")}) AS q (credential, grantee, purpose, chain_id, contract)
         JOIN event e ON e.credential = q.credential AND e.grantee = q.grantee AND e.purpose = q.purpose
                     AND e.chain_id = q.chain_id AND e.contract = q.contract
         JOIN ${knowledge.chains} c ON c.chain_id = e.chain_id
        WHERE ${knowledge.live("e")}
        ORDER BY e.chain_id, e.seq`,
      conditions.values,
    );
    for (const row of rows) {
      const key = { ...toChangedGrant([row], []).key };
      const name = nameOf(key, row.grantee, row.granted_at);
      const changes = found.get(name) ?? [];
      changes.push({ time: row.block_time, record: toRecord(row) });
      found.set(name, changes);
    }
  }
  return (key, origin) => found.get(nameOf(key, origin.grantor, origin.grantedAt)) ?? [];
}
