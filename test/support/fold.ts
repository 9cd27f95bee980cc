import type { CredentialRow, EntityRow, EventRow, GrantRow } from "./ledger.ts";
import { type ExpectedEvent, unpack } from "./truth.ts";

/** The derived rows after these events, as the fold of them one by one. Nothing of indexer/ is used in here. */

export type KnownEvent = ExpectedEvent & { readonly seq: bigint };

export function fold(
  chainId: bigint,
  events: readonly KnownEvent[],
): { grants: GrantRow[]; credentials: CredentialRow[]; entities: EntityRow[] } {
  const about = (test: (kind: string) => boolean) => events.filter(({ kind }) => test(kind));
  return {
    grants: foldGrants(
      chainId,
      events.filter((event) => event.grantee !== null),
    ),
    credentials: foldCredentials(
      chainId,
      about((kind) => kind.startsWith("CREDENTIAL_")),
    ),
    entities: foldEntities(
      chainId,
      about((kind) => kind.startsWith("ENTITY_")),
    ),
  };
}

const HELD = 2;
const GRANTED_ONWARD = 8;
const NEVER = 2n ** 63n - 1n;
const NO_CONTEXT = `0x${"00".repeat(32)}`;

function foldGrants(chainId: bigint, events: readonly KnownEvent[]): GrantRow[] {
  const rows = new Map<string, GrantRow>();
  for (const event of events) {
    const { credential, grantee, purpose, contract, holder, issuer, seal } = event;
    const key = `${credential}${grantee}${String(purpose).padStart(6, "0")}${contract}`;
    const before = rows.get(key);
    const flags = event.flags ?? 0;
    const onward = (flags & GRANTED_ONWARD) !== 0;
    rows.set(key, {
      ...{ credential, grantee, purpose, chain_id: chainId, contract, holder, issuer, seal },
      legal_basis: event.context === null ? (before?.legal_basis ?? 0) : event.legal_basis,
      context: event.context ?? before?.context ?? NO_CONTEXT,
      ...{ granted_at: event.granted_at, not_before: event.not_before, expires_at: event.expires_at },
      ...{ locked_until: event.locked_until, revoked_at: event.revoked_at, retention: event.retention },
      sequence: Number(event.sequence),
      flags,
      hold_until: (flags & HELD) === 0 ? 0n : (event.hold_until ?? before?.hold_until ?? 0n),
      grantor: onward ? ((event.parent_granted_at === null ? null : event.grantor) ?? before?.grantor ?? null) : null,
      parent_granted_at: onward ? (event.parent_granted_at ?? before?.parent_granted_at ?? null) : null,
      parent_end: null,
      ...{ seq: event.seq, block_number: event.block_number, block_time: event.block_time, reason: event.reason },
    });
  }
  return inOrder(rows).map((row) => ({ ...row, parent_end: row.grantor === null ? null : parentEnd(row, events) }));
}

/** The active end of the newest record of the parent in the period that the grant is pinned to. */
function parentEnd(row: GrantRow, events: readonly KnownEvent[]): bigint | null {
  const parent = events.findLast(
    (event) =>
      event.contract === row.contract &&
      event.credential === row.credential &&
      event.purpose === row.purpose &&
      event.grantee === row.grantor &&
      event.granted_at === row.parent_granted_at,
  );
  if (parent === undefined) return null;
  const ends = [parent.expires_at, parent.revoked_at].filter((end) => end !== null && end !== 0n) as bigint[];
  return ends.reduce((a, b) => (a < b ? a : b), NEVER);
}

const CREDENTIAL_WIDTHS = [40n, 40n, 40n, 40n, 40n, 40n, 16n];

function foldCredentials(chainId: bigint, events: readonly KnownEvent[]): CredentialRow[] {
  const rows = new Map<string, CredentialRow>();
  const reasons = new Map<string, { revoked?: number | null; withdrawn?: number | null }>();
  for (const event of events) {
    const said = event.said ?? {};
    const { credential, contract, holder, issuer, seal } = event;
    const key = `${credential}${contract}`;
    const before = rows.get(key);
    const why = reasons.get(key) ?? {};
    if (event.kind === "CREDENTIAL_REVOKED") why.revoked = event.reason;
    if (event.kind === "CREDENTIAL_WITHDRAWN") why.withdrawn = event.reason;
    reasons.set(key, why);
    const [anchoredAt, validFrom, validUntil, revokedAt, withdrawnAt, supersededAt, sequence] = unpack(
      String(said["record"]),
      CREDENTIAL_WIDTHS,
    );
    const hash = (name: string): string | undefined =>
      said[name] === undefined || said[name] === NO_CONTEXT ? undefined : String(said[name]);
    rows.set(key, {
      ...{ credential, chain_id: chainId, contract, holder, issuer, seal },
      credential_type: hash("credentialType") ?? before?.credential_type ?? null,
      replaces: hash("replaces") ?? before?.replaces ?? null,
      superseded_by: hash("supersededBy") ?? before?.superseded_by ?? null,
      ...{ anchored_at: anchoredAt ?? 0n, valid_from: validFrom ?? 0n, valid_until: validUntil ?? 0n },
      ...{ revoked_at: revokedAt ?? 0n, withdrawn_at: withdrawnAt ?? 0n, superseded_at: supersededAt ?? 0n },
      sequence: Number(sequence),
      reason: why.revoked ?? why.withdrawn ?? null,
      ...{ seq: event.seq, block_number: event.block_number, block_time: event.block_time },
    });
  }
  return inOrder(rows);
}

const STATUS: Readonly<Record<string, string>> = {
  ENTITY_REGISTERED: "ACTIVE",
  ENTITY_SUSPENDED: "SUSPENDED",
  ENTITY_REINSTATED: "ACTIVE",
  ENTITY_WITHDRAWN: "WITHDRAWN",
};

function foldEntities(chainId: bigint, events: readonly KnownEvent[]): EntityRow[] {
  const rows = new Map<string, EntityRow>();
  for (const event of events) {
    const said = event.said ?? {};
    const key = `${event.account}${event.contract}`;
    const before = rows.get(key);
    const described = said["kinds"] !== undefined;
    const text = (name: string, old: string | undefined): string => String(described ? said[name] : old);
    const status = STATUS[event.kind];
    rows.set(key, {
      ...{ account: event.account, chain_id: chainId, contract: event.contract },
      kinds: Number(described ? said["kinds"] : before?.kinds),
      jurisdiction: text("jurisdiction", before?.jurisdiction),
      lei: text("lei", before?.lei),
      name: text("name", before?.name),
      uri: text("uri", before?.uri),
      registered_at: event.kind === "ENTITY_REGISTERED" ? event.block_time : (before?.registered_at ?? -1n),
      status: status ?? before?.status ?? "",
      status_since: status === undefined ? (before?.status_since ?? -1n) : event.block_time,
      reason: status === undefined ? (before?.reason ?? null) : event.reason,
      ...{ sequence: event.sequence, seq: event.seq, block_number: event.block_number, block_time: event.block_time },
    });
  }
  return inOrder(rows);
}

/** In the order of the key. */
const inOrder = <Row extends Pick<EventRow, "seq">>(rows: ReadonlyMap<string, Row>): Row[] =>
  [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
