import type { EntityEventKind } from "../evidence/registryEvents.ts";
import { sameBytes } from "../grants/bytes.ts";
import type { UnixTime } from "../grants/record.ts";
import { type Change, hashOfBytes } from "./changes.ts";
import type { CopyBuffer } from "./copy.ts";
import { numberAt } from "./decodeGrant.ts";
import type { EntityDetails, EntityEvent } from "./decodeRegistry.ts";
import type { DerivedTable } from "./derived.ts";

/** What `entity` holds: the newest word on each within a batch. */
interface EntityKept {
  readonly details: EntityDetails | undefined;
  readonly registeredAt: UnixTime | undefined;
  /** Of the newest event that is about the status. */
  readonly standing: Standing | undefined;
}

interface Standing {
  readonly status: "ACTIVE" | "SUSPENDED" | "WITHDRAWN";
  readonly since: UnixTime;
  readonly reason: number | undefined;
}

/** The status that an event leads to; none for one that is not about it. */
const STATUS: Readonly<Record<EntityEventKind, Standing["status"] | undefined>> = {
  ENTITY_REGISTERED: "ACTIVE",
  ENTITY_AMENDED: undefined,
  ENTITY_SUSPENDED: "SUSPENDED",
  ENTITY_REINSTATED: "ACTIVE",
  ENTITY_WITHDRAWN: "WITHDRAWN",
};

const kept = (column: string): string => `COALESCE(c.${column}, t.${column})`;
const DETAILS = ["kinds", "jurisdiction", "lei", "name", "uri"] as const;

export const ENTITY_TABLE: DerivedTable<EntityEvent, EntityKept> = {
  name: "an entity",
  table: "entity",
  key: ["account", "chain_id", "contract"],
  columns: [
    ...DETAILS,
    ...["registered_at", "status", "status_since", "reason", "sequence", "seq", "block_number", "block_time"],
  ],
  carried: {
    ...Object.fromEntries(DETAILS.map((column) => [column, kept(column)])),
    registered_at: kept("registered_at"),
    status: kept("status"),
    status_since: kept("status_since"),
    reason: "CASE WHEN c.status IS NULL THEN t.reason ELSE c.reason END",
  },
  lastSequence: 0xffff_ffff,
  hashOf: ({ account }) => hashOfBytes(account),
  isSame: (a, b) => sameBytes(a.account, b.account),
  leading: ({ account }) => numberAt(account, 0, 4),
  sequenceOf: ({ sequence }) => sequence,
  canBegin: ({ kind }) => kind === "ENTITY_REGISTERED",
  keep: (before, event, blockTime) => {
    const status = STATUS[event.kind];
    return {
      details: event.details ?? before?.details,
      registeredAt: event.kind === "ENTITY_REGISTERED" ? blockTime : before?.registeredAt,
      standing: status === undefined ? before?.standing : { status, since: blockTime, reason: event.reason },
    };
  },
  write: writeEntity,
};

function writeEntity(
  copy: CopyBuffer,
  chainId: bigint,
  { newest, kept, contract, seq, blockNumber, blockTime }: Change<EntityEvent, EntityKept>,
): void {
  const { details, registeredAt, standing } = kept;
  copy.bytea(newest.account);
  copy.int8(chainId);
  copy.bytea(contract);
  if (details === undefined) copy.nulls(DETAILS.length);
  else {
    copy.int2(details.kinds);
    for (const bytes of [details.jurisdiction, details.lei, details.name, details.uri]) copy.bytea(bytes);
  }
  if (registeredAt === undefined) copy.null();
  else copy.int8(registeredAt);
  if (standing === undefined) copy.nulls(3);
  else {
    copy.text(standing.status);
    copy.int8(standing.since);
    if (standing.reason === undefined) copy.null();
    else copy.int2(standing.reason);
  }
  copy.int8(BigInt(newest.sequence));
  copy.int8(seq);
  copy.int8(blockNumber);
  copy.int8(blockTime);
}
