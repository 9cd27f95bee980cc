import type { IndexedContract } from "../config/config.ts";
import type { ContractName } from "../config/schema.ts";
import { type Address, toHex } from "../grants/bytes.ts";
import { BugError } from "../ops/errors.ts";
import type { TimedLog } from "../sync/attach.ts";
import { type Change, Changes, type Origin } from "./changes.ts";
import { CopyBuffer, giveMemory } from "./copy.ts";
import { CREDENTIAL_TABLE } from "./credentialTable.ts";
import { type DecodedEvent, decodeLog } from "./decode.ts";
import type { DerivedTable, TableShape } from "./derived.ts";
import { ENTITY_TABLE } from "./entityTable.ts";
import { EventRows, type Learned } from "./eventRows.ts";
import { GRANT_TABLE } from "./grantTable.ts";
import { type Family, familyOf } from "./parents.ts";
import { PlainEvents } from "./plainEvents.ts";

/** More than a batch has changes. */
const PLACES = 2 ** 21;

/** Logs as the rows they become, ready for COPY. */
export interface Batch {
  readonly events: Buffer;
  readonly derived: readonly DerivedRows[];
  /** Whose `parent_end` these events may have changed. */
  readonly families: readonly Family[];
  /** Whether one of them was made under a parent. */
  readonly onward: boolean;
}

/** Lets the memory of a batch that was written be used for another. */
export function releaseBatch({ events, derived }: Batch): void {
  for (const rows of [events, ...derived.flatMap(({ created, changed }) => [created, changed])])
    if (rows !== undefined) giveMemory(rows.buffer);
}

/** Rows of one derived table: of what begins, and of what was there before; undefined when there are none. */
export interface DerivedRows {
  readonly table: TableShape;
  readonly created: Buffer | undefined;
  readonly changed: Buffer | undefined;
  readonly changedCount: number;
}

/** The contracts of a chain by their address as logs name it: by the name we know which events one can have. */
export type Contracts = ReadonlyMap<string, { readonly name: ContractName; readonly address: Address }>;

export const contractsByAddress = (contracts: readonly IndexedContract[]): Contracts =>
  new Map(contracts.map((contract) => [toHex(contract.address), contract]));

/**
 * Decodes logs, once each, into the rows of `event` and of the derived tables.
 * @param first chain, `seq` of the first event (the others follow without gaps) and when we learned of them.
 * @throws HiddenEventError when the changes of a thing are not complete in themselves.
 */
export function encodeBatch(contracts: Contracts, logs: readonly TimedLog[], first: Learned): Batch {
  const events = new CopyBuffer(Math.max(1 << 12, logs.length * 560));
  const rows = new EventRows(events, first);
  const plain = new PlainEvents();
  const projection = new Projection();
  const { chainId } = first;
  let { seq } = first;
  for (const timed of logs) {
    const { log, blockTime } = timed;
    const contract = contracts.get(log.address);
    if (contract === undefined) throw new BugError(`a log of ${log.address}, which is not indexed`);
    const event = (contract.name === "AccessGrants" ? plain.read(log) : undefined) ?? decodeLog(contract.name, log);
    rows.write(timed, contract.address, event, seq);
    if (event.kind !== "UNDECODED") projection.add({ log, blockTime, contract: contract.address, seq }, event);
    seq++;
  }
  return {
    events: events.finish(),
    derived: projection.rows(chainId),
    families: projection.families,
    onward: projection.onward,
  };
}

/** What events make of the derived tables. */
export class Projection {
  readonly families: Family[] = [];
  onward = false;
  readonly #grants = new Changes(GRANT_TABLE);
  readonly #credentials = new Changes(CREDENTIAL_TABLE);
  readonly #entities = new Changes(ENTITY_TABLE);

  add(origin: Origin, event: DecodedEvent): void {
    if ("grantee" in event) {
      this.#grants.add(origin, event);
      if (event.onward !== undefined) this.onward = true;
      const family = familyOf(event, origin.contract);
      if (family !== undefined) this.families.push(family);
    } else if ("credential" in event) this.#credentials.add(origin, event);
    else if ("sequence" in event) this.#entities.add(origin, event);
  }

  /** Of the tables that have any. */
  rows(chainId: bigint): DerivedRows[] {
    return [
      derivedRows(GRANT_TABLE, this.#grants, chainId),
      derivedRows(CREDENTIAL_TABLE, this.#credentials, chainId),
      derivedRows(ENTITY_TABLE, this.#entities, chainId),
    ].filter(({ created, changed }) => created !== undefined || changed !== undefined);
  }
}

function derivedRows<Event, Kept>(
  table: DerivedTable<Event, Kept>,
  changes: Changes<Event, Kept>,
  chainId: bigint,
): DerivedRows {
  const changed = changes.changed();
  const created = byLeading(table, changes.created());
  const fields = table.key.length + table.columns.length;
  return {
    table,
    created: encode(created, (copy, change) => {
      copy.row(fields);
      table.write(copy, chainId, change);
    }),
    changed: encode(changed, (copy, change) => {
      copy.row(fields + 1);
      table.write(copy, chainId, change);
      copy.int8(BigInt(change.firstSequence));
    }),
    changedCount: changed.length,
  };
}

/** In the order of the first four bytes of the key: enough to bring neighbours together. */
function byLeading<Event, Kept>(
  table: DerivedTable<Event, Kept>,
  changes: readonly Change<Event, Kept>[],
): Change<Event, Kept>[] {
  // Sorted as numbers, with the place of the change in the lower bits: a float holds 53.
  const keys = Float64Array.from(changes, ({ newest }, i) => table.leading(newest) * PLACES + i).sort();
  return Array.from(keys, (key) => changes[key % PLACES] as Change<Event, Kept>);
}

function encode<T>(items: readonly T[], write: (copy: CopyBuffer, item: T) => void): Buffer | undefined {
  if (items.length === 0) return undefined;
  const copy = new CopyBuffer(Math.max(1 << 12, items.length * 480));
  for (const item of items) write(copy, item);
  return copy.finish();
}
