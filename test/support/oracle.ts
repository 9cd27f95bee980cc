import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { JsonRpcProvider, Log, LogDescription } from "ethers";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import type { BlockRow, EventRow, GrantRow, Ledger } from "./ledger.ts";

/**
 * What the ledger ought to hold, worked out from a node's chain by another way than the indexer's: ethers reads the
 * logs and decodes them with the ABI, and the rows are folded event by event. Nothing of indexer/ is used in here.
 */

/** A chain as its own node shows it at one moment. */
export interface ChainTruth {
  readonly chainId: bigint;
  readonly blocks: readonly BlockRow[];
  readonly safe: bigint;
  readonly finalized: bigint;
  /** Live events in the order of the chain, without what only the ledger knows: seq and times of knowledge. */
  readonly events: readonly ExpectedEvent[];
}

type ExpectedEvent = Omit<EventRow, "seq" | "learned_at" | "retracted_at">;

interface RpcBlock {
  number: string;
  hash: string;
  parentHash: string;
  timestamp: string;
}

const abi = AccessGrants__factory.createInterface();
const WIDTHS = [40n, 40n, 40n, 40n, 40n, 32n, 16n, 8n];

export async function readTruth(provider: JsonRpcProvider, address: string): Promise<ChainTruth> {
  const block = (tag: string): Promise<RpcBlock> => provider.send("eth_getBlockByNumber", [tag, false]);
  const [latest, safe, finalized, network] = await Promise.all([
    block("latest"),
    block("safe"),
    block("finalized"),
    provider.send("eth_chainId", []),
  ]);
  const head = Number(latest.number);
  const [logs, blocks] = await Promise.all([
    provider.getLogs({ address, fromBlock: 0, toBlock: head }),
    Promise.all(Array.from({ length: head + 1 }, (_, number) => block(`0x${number.toString(16)}`))),
  ]);
  assert.equal(blocks.at(-1)?.hash, latest.hash, "the chain moved while the oracle read it");
  return {
    chainId: BigInt(network),
    blocks: blocks.map(({ number, hash, parentHash, timestamp }) => ({
      number: BigInt(number),
      hash,
      parent_hash: parentHash,
      time: BigInt(timestamp),
    })),
    safe: BigInt(safe.number),
    finalized: BigInt(finalized.number),
    events: logs.map((log) => expectedEvent(log, BigInt(blocks[log.blockNumber]?.timestamp ?? 0))),
  };
}

const NOTHING_DECODED = {
  credential: null,
  holder: null,
  grantee: null,
  issuer: null,
  seal: null,
  purpose: null,
  legal_basis: null,
  reason: null,
  context: null,
  granted_at: null,
  not_before: null,
  expires_at: null,
  locked_until: null,
  revoked_at: null,
  retention: null,
  sequence: null,
  flags: null,
} as const;

function expectedEvent(log: Log, blockTime: bigint): ExpectedEvent {
  const place = {
    block_number: BigInt(log.blockNumber),
    block_hash: log.blockHash,
    block_time: blockTime,
    tx_index: log.transactionIndex,
    log_index: log.index,
    tx_hash: log.transactionHash,
    contract: log.address.toLowerCase(),
    verification: "LINKED",
  };
  const parsed = parseExactly(log);
  if (parsed === undefined)
    return {
      ...place,
      ...NOTHING_DECODED,
      kind: "UNDECODED",
      raw_topics: `0x${log.topics.map((topic) => topic.slice(2)).join("")}`,
      raw_data: log.data,
    };
  const { args } = parsed;
  const grant = parsed.name === "Granted";
  const [grantedAt, notBefore, expiresAt, lockedUntil, revokedAt, retention, sequence, flags] = unpack(args["record"]);
  return {
    ...place,
    kind: parsed.name.toUpperCase(),
    raw_topics: null,
    raw_data: null,
    credential: args["credential"],
    holder: args["holder"].toLowerCase(),
    grantee: args["grantee"].toLowerCase(),
    issuer: args["issuer"].toLowerCase(),
    seal: args["seal"],
    purpose: Number(args["purpose"]),
    legal_basis: grant ? Number(args["legalBasis"]) : null,
    reason: grant ? null : Number(args["reason"]),
    context: grant ? args["context"] : null,
    granted_at: grantedAt ?? 0n,
    not_before: notBefore ?? 0n,
    expires_at: expiresAt ?? 0n,
    locked_until: lockedUntil ?? 0n,
    revoked_at: revokedAt ?? 0n,
    retention: retention ?? 0n,
    sequence: Number(sequence),
    flags: Number(flags),
  };
}

/** ethers reads some logs leniently; only what it would write the same again counts as decoded. */
function parseExactly(log: { topics: readonly string[]; data: string }): LogDescription | undefined {
  try {
    const parsed = abi.parseLog(log);
    if (parsed === null) return undefined;
    const again = abi.encodeEventLog(parsed.fragment, [...parsed.args]);
    const same = again.data === log.data && again.topics.join() === log.topics.join();
    return same ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function unpack(record: string): bigint[] {
  let rest = BigInt(record);
  return WIDTHS.toReversed()
    .map((width) => {
      const field = rest & ((1n << width) - 1n);
      rest >>= width;
      return field;
    })
    .toReversed();
}

/** The row of each grant after these events, as the fold of them one by one. Keyed like the table. */
function expectedGrants(chainId: bigint, events: readonly (ExpectedEvent & { seq: bigint })[]): Map<string, GrantRow> {
  const rows = new Map<string, GrantRow>();
  for (const event of events) {
    if (event.kind === "UNDECODED") continue;
    const { credential, grantee, purpose, contract, holder, issuer, seal } = event;
    const key = [credential, grantee, purpose, contract].join();
    const before = rows.get(key);
    const granted = event.kind === "GRANTED";
    rows.set(key, {
      ...{ credential, grantee, purpose, chain_id: chainId, contract, holder, issuer, seal },
      legal_basis: granted ? event.legal_basis : (before?.legal_basis ?? null),
      context: granted ? event.context : (before?.context ?? null),
      granted_at: event.granted_at,
      not_before: event.not_before,
      expires_at: event.expires_at,
      locked_until: event.locked_until,
      revoked_at: event.revoked_at,
      retention: event.retention,
      sequence: event.sequence,
      flags: event.flags,
      seq: event.seq,
      block_number: event.block_number,
      block_time: event.block_time,
      reason: event.reason,
    });
  }
  return rows;
}

/**
 * The ledger is right up to its own cursor: its cursor and window are blocks of this chain, its live events are exactly
 * those of the chain up to there, and its grants are what follows from them. Holds at every moment, not only at rest.
 */
export function assertPrefix(ledger: Ledger, truth: ChainTruth, firstBlock: bigint): void {
  assertTrail(ledger);
  const { chain } = ledger;
  const indexed = chain?.indexed_number ?? null;
  if (chain === undefined || indexed === null) {
    assert.deepEqual([ledger.events, ledger.grants, ledger.blocks], [[], [], []], "rows without a cursor");
    return;
  }
  const at = truth.blocks[Number(indexed)];
  assert.ok(at, `the cursor ${indexed} is beyond the chain's head`);
  assert.deepEqual(
    { hash: chain.indexed_hash, time: chain.indexed_time },
    { hash: at.hash, time: at.time },
    `the cursor's block ${indexed}`,
  );
  assert.deepEqual(ledger.blocks, truth.blocks.slice(Number(ledger.blocks[0]?.number ?? 0n), Number(indexed) + 1));
  const live = ledger.events.filter((event) => event.retracted_at === null);
  const expected = truth.events.filter((e) => e.block_number >= firstBlock && e.block_number <= indexed);
  assertRows(
    "live events, in the order of seq, are those of the chain up to the cursor, in its order",
    live.map(({ seq: _seq, learned_at: _learned, retracted_at: _retracted, ...event }) => event),
    expected,
  );
  const grants = expectedGrants(
    truth.chainId,
    expected.map((event, i) => ({ ...event, seq: live[i]?.seq ?? -1n })),
  );
  assertRows("grants are the fold of the live events", ledger.grants, inKeyOrder([...grants.values()]));
}

/** The ledger holds all of this chain, and is at rest at its head. */
export function assertEquals(ledger: Ledger, truth: ChainTruth, firstBlock: bigint): void {
  assertPrefix(ledger, truth, firstBlock);
  const head = truth.blocks.at(-1);
  const { chain } = ledger;
  assert.deepEqual(
    {
      status: chain?.status,
      quarantine: chain?.quarantine,
      indexed: chain?.indexed_number,
      head: chain?.head_number,
      headTime: chain?.head_time,
    },
    { status: "LIVE", quarantine: null, indexed: head?.number, head: head?.number, headTime: head?.time },
  );
}

/** The same, and what the ledger calls safe and final is what the node calls so. */
export function assertFinality(ledger: Ledger, truth: ChainTruth): void {
  const { chain, blocks } = ledger;
  assert.deepEqual(
    { safe: chain?.safe_number, finalized: chain?.finalized_number, window: blocks[0]?.number },
    { safe: truth.safe, finalized: truth.finalized, window: truth.finalized },
    "safe, finalized, and the first block that a reorg is found against",
  );
}

/** What holds for a trail whatever the chain did. */
export function assertTrail({ chain, events, blocks, reorgs }: Ledger): void {
  assert.deepEqual(
    events.map((event) => event.seq),
    events.map((_, i) => BigInt(i + 1)),
    "seq counts without gaps",
  );
  assert.equal(chain?.last_seq ?? 0n, BigInt(events.length), "last_seq is the newest event's");
  for (const [i, event] of events.entries()) {
    assert.ok(event.learned_at >= (events[i - 1]?.learned_at ?? ""), `event ${event.seq} was learned before the last`);
    assert.ok(event.learned_at <= (chain?.known_at ?? ""), `event ${event.seq} was learned after the newest write`);
    if (event.retracted_at === null) continue;
    assert.ok(event.retracted_at > event.learned_at, `event ${event.seq} was unlearned before it was learned`);
    const reorg = reorgs.find(({ detected_at }) => detected_at === event.retracted_at);
    assert.ok(reorg, `event ${event.seq} was retracted by no reorg`);
    assert.ok(event.block_number > reorg.ancestor_number && event.block_number <= reorg.from_number);
  }
  for (const reorg of reorgs)
    assert.equal(
      events.filter(({ retracted_at }) => retracted_at === reorg.detected_at).length,
      reorg.retracted_events,
      "a reorg counts what it retracted",
    );
  for (const [i, block] of blocks.entries()) {
    const parent = blocks[i - 1];
    if (parent) assert.deepEqual([block.number, block.parent_hash], [parent.number + 1n, parent.hash], "linked window");
  }
  assert.equal(blocks.at(-1)?.number ?? null, chain?.indexed_number ?? null, "the window ends at the cursor");
}

/** The same rows; where they are not, only the first that differs is shown. */
function assertRows<T extends object>(what: string, found: readonly T[], expected: readonly T[]): void {
  const differs = expected.findIndex((row, i) => !isDeepStrictEqual(found[i], row));
  const at = differs < 0 && found.length > expected.length ? expected.length : differs;
  if (at < 0) return;
  assert.deepEqual(found[at], expected[at], `${what}: row ${at} of ${found.length}, expected ${expected.length}`);
}

function inKeyOrder(rows: GrantRow[]): GrantRow[] {
  const key = (row: GrantRow): string => `${row.credential}${row.grantee}${String(row.purpose).padStart(6, "0")}`;
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
