import assert from "node:assert/strict";
import { AbiCoder, type EventFragment, Interface, type JsonRpcProvider, type Log, type ParamType } from "ethers";
import { accessManagerArtifact } from "../../deploy/artifact.ts";
import { AccessGrants__factory } from "../../typechain-types/factories/AccessGrants__factory.ts";
import { CredentialRegistry__factory } from "../../typechain-types/factories/CredentialRegistry__factory.ts";
import { EntityRegistry__factory } from "../../typechain-types/factories/EntityRegistry__factory.ts";
import type { BlockRow, EventRow } from "./ledger.ts";

/**
 * A chain as its own node shows it at one moment, with the events that the ledger ought to hold, worked out by another way
 * than the indexer's: ethers reads the logs and decodes them by the compiled ABIs. Nothing of indexer/ is used in here.
 */
export interface ChainTruth {
  readonly chainId: bigint;
  readonly blocks: readonly BlockRow[];
  readonly safe: bigint;
  readonly finalized: bigint;
  /** Live events in the order of the chain, without what only the ledger knows: seq and times of knowledge. */
  readonly events: readonly ExpectedEvent[];
}

export type ExpectedEvent = Omit<EventRow, "seq" | "verification" | "learned_at" | "retracted_at" | "verified_at"> & {
  /** Every value of the event by name, as ethers reads it, text as bytes; not a column. */
  readonly said: Said | undefined;
};
type Said = Readonly<Record<string, unknown>>;

/** A contract and which of ours it is. */
export interface Named {
  readonly name: string;
  readonly address: string;
}

interface RpcBlock {
  number: string;
  hash: string;
  parentHash: string;
  timestamp: string;
}

const INTERFACES: Readonly<Record<string, Interface>> = {
  AccessGrants: AccessGrants__factory.createInterface(),
  CredentialRegistry: CredentialRegistry__factory.createInterface(),
  EntityRegistry: EntityRegistry__factory.createInterface(),
  AccessManager: new Interface(JSON.stringify(accessManagerArtifact.abi)),
};
const coder = AbiCoder.defaultAbiCoder();
const WIDTHS = [40n, 40n, 40n, 40n, 40n, 32n, 16n, 8n];

/** @param contracts whose logs count; a bare address is that of AccessGrants. */
export async function readTruth(provider: JsonRpcProvider, contracts: string | readonly Named[]): Promise<ChainTruth> {
  const named = typeof contracts === "string" ? [{ name: "AccessGrants", address: contracts }] : contracts;
  const block = (tag: string): Promise<RpcBlock> => provider.send("eth_getBlockByNumber", [tag, false]);
  const [latest, safe, finalized, network] = await Promise.all([
    block("latest"),
    block("safe"),
    block("finalized"),
    provider.send("eth_chainId", []),
  ]);
  const head = Number(latest.number);
  const [logs, blocks] = await Promise.all([
    provider.getLogs({ address: named.map(({ address }) => address), fromBlock: 0, toBlock: head }),
    Promise.all(Array.from({ length: head + 1 }, (_, number) => block(`0x${number.toString(16)}`))),
  ]);
  assert.equal(blocks.at(-1)?.hash, latest.hash, "the chain moved while the oracle read it");
  const nameOf = new Map(named.map(({ name, address }) => [address.toLowerCase(), name]));
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
    events: logs.map((log) =>
      expectedEvent(nameOf.get(log.address.toLowerCase()) ?? "", log, BigInt(blocks[log.blockNumber]?.timestamp ?? 0)),
    ),
  };
}

const NOTHING_SAID = {
  ...{ credential: null, holder: null, grantee: null, issuer: null, seal: null, purpose: null },
  ...{ legal_basis: null, reason: null, context: null, granted_at: null, not_before: null, expires_at: null },
  ...{ locked_until: null, revoked_at: null, retention: null, sequence: null, flags: null, grantor: null },
  ...{ parent_granted_at: null, authority: null, hold_until: null, account: null, operation: null },
} as const;

function expectedEvent(contract: string, log: Log, blockTime: bigint): ExpectedEvent {
  const parsed = parseExactly(contract, log);
  return expectedFrom(
    {
      block_number: BigInt(log.blockNumber),
      ...{ block_hash: log.blockHash, block_time: blockTime, tx_index: log.transactionIndex, log_index: log.index },
      ...{ tx_hash: log.transactionHash, address: log.address, topics: log.topics, data: log.data },
    },
    parsed && { contract, name: parsed.fragment.name, values: parsed.said },
  );
}

/** A log and its place. */
export interface PlacedLog
  extends Pick<EventRow, "block_number" | "block_hash" | "block_time" | "tx_index" | "log_index" | "tx_hash"> {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** The row that a log has to become. @param said what it says, if it is an event. */
export function expectedFrom(
  { address, topics, data, ...place }: PlacedLog,
  said: { readonly contract: string; readonly name: string; readonly values: Said } | undefined,
): ExpectedEvent {
  const kind = said === undefined ? "UNDECODED" : kindOf(said.contract, said.name);
  const inColumns = ["GRANTED", "REVOKED", "RELEASED"].includes(kind);
  return {
    ...place,
    contract: address.toLowerCase(),
    ...NOTHING_SAID,
    ...(said && columnsOf(said.contract, kind, said.values)),
    kind,
    raw_topics: inColumns ? null : `0x${topics.map((topic) => topic.slice(2)).join("")}`,
    raw_data: inColumns ? null : data,
    said: said?.values,
  };
}

/** `GrantedOnward` is GRANTED_ONWARD; what the ledger has no kind of its own for is a change of the governance. */
function kindOf(contract: string, name: string): string {
  const governance = contract === "AccessManager" ? !name.startsWith("Operation") : name === "AuthorityUpdated";
  return governance ? "GOVERNANCE_CHANGED" : name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

function columnsOf(contract: string, kind: string, said: Said): Partial<EventRow> {
  const address = (name: string): string | null => (said[name] === undefined ? null : String(said[name]).toLowerCase());
  const text = (name: string): string | null => (said[name] === undefined ? null : String(said[name]));
  const small = (name: string): number | null => (said[name] === undefined ? null : Number(said[name]));
  const large = (name: string): bigint | null => (said[name] === undefined ? null : BigInt(String(said[name])));
  switch (contract) {
    case "AccessGrants": {
      const [grantedAt = 0n, notBefore = 0n, expiresAt = 0n, lockedUntil = 0n, revokedAt = 0n, ...rest] = unpack(
        String(said["record"]),
        WIDTHS,
      );
      const [retention = 0n, sequence = 0n, flags = 0n] = rest;
      return {
        ...{ credential: text("credential"), holder: address("holder"), grantee: address("grantee") },
        ...{ issuer: address("issuer"), seal: text("seal"), purpose: small("purpose") },
        ...{ legal_basis: small("legalBasis"), reason: small("reason"), context: text("context") },
        ...{ granted_at: grantedAt, not_before: notBefore, expires_at: expiresAt, locked_until: lockedUntil },
        ...{ revoked_at: revokedAt, retention, sequence, flags: Number(flags) },
        ...{ grantor: address("grantor"), parent_granted_at: large("parentGrantedAt") },
        ...{ authority: address("authority"), hold_until: large("holdUntil") },
      };
    }
    case "CredentialRegistry":
      return {
        ...{ credential: text("credential"), holder: address("holder"), issuer: address("issuer"), seal: text("seal") },
        ...{ reason: small("reason"), sequence: BigInt(String(said["record"])) & 0xffffn },
      };
    default:
      if (kind.startsWith("ENTITY_"))
        return { account: address("account"), reason: small("reason"), sequence: large("sequence") };
      return { account: kind === "OPERATION_SCHEDULED" ? address("caller") : null, operation: text("operationId") };
  }
}

/** ethers reads some logs leniently; only what it would write the same again counts as decoded. Text is read as bytes. */
function parseExactly(contract: string, log: Log): { fragment: EventFragment; said: Said } | undefined {
  const fragment = INTERFACES[contract]?.getEvent(log.topics[0] ?? "");
  if (!fragment) return undefined;
  const indexed = fragment.inputs.filter((input) => input.indexed);
  const inData = fragment.inputs.filter((input) => !input.indexed);
  const type = ({ type }: ParamType): string => (type === "string" ? "bytes" : type);
  try {
    const topics = coder.decode(
      indexed.map(type),
      `0x${log.topics
        .slice(1)
        .map((topic) => topic.slice(2))
        .join("")}`,
    );
    const values = coder.decode(inData.map(type), log.data);
    const again = [
      fragment.topicHash,
      ...indexed.map((input, i) => coder.encode([type(input)], [topics[i]])),
      coder.encode(inData.map(type), [...values]),
    ];
    if (again.join() !== [...log.topics, log.data].join()) return undefined;
    const all = [...topics, ...values];
    return { fragment, said: Object.fromEntries([...indexed, ...inData].map(({ name }, i) => [name, all[i]])) };
  } catch {
    return undefined;
  }
}

/** Fields of a word from the most significant bits on. */
export function unpack(word: string, widths: readonly bigint[]): bigint[] {
  let rest = BigInt(word);
  return widths
    .toReversed()
    .map((width) => {
      const field = rest & ((1n << width) - 1n);
      rest >>= width;
      return field;
    })
    .toReversed();
}
