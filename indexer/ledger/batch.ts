import type { IndexedContract } from "../config/config.ts";
import type { ContractName } from "../config/schema.ts";
import { type Address, toHex } from "../grants/bytes.ts";
import { BugError } from "../ops/errors.ts";
import type { TimedLog } from "../sync/attach.ts";
import { type Change, Changes, type Origin } from "./changes.ts";
import { CopyBuffer } from "./copy.ts";
import { CREDENTIAL_TABLE } from "./credentialTable.ts";
import { type DecodedEvent, decodeLog } from "./decode.ts";
import type { DerivedTable, TableShape } from "./derived.ts";
import { ENTITY_TABLE } from "./entityTable.ts";
import { type Learned, writeEventRow } from "./eventRows.ts";
import { GRANT_TABLE } from "./grantTable.ts";
import { type Family, familyOf } from "./parents.ts";

/** Logs as the rows they become, ready for COPY. */
export interface Batch {
  readonly events: Buffer;
  readonly derived: readonly DerivedRows[];
  /** Whose `parent_end` these events may have changed. */
  readonly families: readonly Family[];
  /** Whether one of them was made under a parent. */
  readonly onward: boolean;
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
  const events = new CopyBuffer(Math.max(1 << 12, logs.length * 640));
  const projection = new Projection();
  const { chainId, at } = first;
  let { seq } = first;
  for (const timed of logs) {
    const contract = contracts.get(timed.log.address);
    if (contract === undefined) throw new BugError(`a log of ${timed.log.address}, which is not indexed`);
    const event = decodeLog(contract.name, timed.log);
    writeEventRow(events, timed, contract.address, event, { chainId, seq, at });
    if (event.kind !== "UNDECODED")
      projection.add({ log: timed.log, blockTime: timed.blockTime, contract: contract.address, seq }, event);
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
  const created = changes.created().sort((a, b) => leading(table, a) - leading(table, b));
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

/** The first four bytes of the key: enough to bring neighbours together. */
function leading<Event, Kept>(table: DerivedTable<Event, Kept>, { newest }: Change<Event, Kept>): number {
  const bytes = table.leading(newest);
  return (
    (bytes[0] as number) * 0x1000000 +
    (((bytes[1] as number) << 16) | ((bytes[2] as number) << 8) | (bytes[3] as number))
  );
}

function encode<T>(items: readonly T[], write: (copy: CopyBuffer, item: T) => void): Buffer | undefined {
  if (items.length === 0) return undefined;
  const copy = new CopyBuffer(Math.max(1 << 12, items.length * 480));
  for (const item of items) write(copy, item);
  return copy.finish();
}
