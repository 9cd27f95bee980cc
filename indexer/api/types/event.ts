import type { Address } from "../../grants/bytes.ts";
import { LEGAL_BASES, PURPOSES, REASONS } from "../../grants/codes.ts";
import { type AccountRef, builder } from "../builder.ts";
import { badInput } from "../errors.ts";
import { decodeEventId, type EventKey, encodeEventId } from "../key.ts";
import type { EventFacts } from "../read/event.ts";
import { readEvent } from "../read/events.ts";
import { Account } from "./account.ts";
import { EventKind } from "./eventKind.ts";
import { Finality } from "./finality.ts";
import { GrantRecord } from "./grantRecord.ts";
import { Verification } from "./verification.ts";

function parseId(id: string): EventKey {
  const key = decodeEventId(id);
  if (key === undefined) throw badInput("id: expected the id of an event");
  return key;
}

const account = (event: EventFacts, address: Address | undefined): AccountRef | null =>
  address === undefined ? null : { chainId: event.chainId, address };
const named = (table: ReadonlyMap<number, string>, code: number | null | undefined): string | null =>
  code == null ? null : (table.get(code) ?? null);

const EventRef = builder.objectRef<EventFacts>("Event");

export const Event = builder.node(EventRef, {
  description:
    "Something that one of the indexed contracts said, exactly as it said it. Never erased: an event that a reorg dropped is marked as retracted.",
  id: { resolve: encodeEventId, parse: parseId },
  loadOne: (key, { database }) => readEvent(database, key),
  fields: (t) => ({
    kind: t.field({ type: EventKind, description: "What it says.", resolve: (e) => e.kind }),
    chain: t.field({ type: "ChainId", description: "The chain it is on.", resolve: (e) => e.chainId }),
    sequenceNumber: t.field({
      type: "Count",
      description: "Its place in what we learned of its chain, counting from 1 without gaps.",
      resolve: (e) => e.seq,
    }),
    blockNumber: t.field({ type: "BlockNumber", description: "Number of its block.", resolve: (e) => e.blockNumber }),
    blockHash: t.field({ type: "Bytes32", description: "Hash of its block.", resolve: (e) => e.blockHash }),
    blockTime: t.field({
      type: "UnixTime",
      description: "Time of its block: when it happened.",
      resolve: (e) => e.blockTime,
    }),
    transactionHash: t.field({
      type: "Bytes32",
      description: "Hash of its transaction.",
      resolve: (e) => e.transactionHash,
    }),
    transactionIndex: t.field({
      type: "Int",
      description: "Place of the transaction in the block, from 0.",
      resolve: (e) => e.transactionIndex,
    }),
    logIndex: t.field({
      type: "Int",
      description: "Place of the log in the block, from 0.",
      resolve: (e) => e.logIndex,
    }),
    contract: t.field({ type: "Address", description: "The contract that said it.", resolve: (e) => e.contract }),
    credential: t.field({
      type: "Bytes32",
      nullable: true,
      description: "The credential; null when undecoded.",
      resolve: (e) => e.content?.credential ?? null,
    }),
    holder: t.field({
      type: Account,
      nullable: true,
      description: "Whose credential it is; null when undecoded.",
      resolve: (e) => account(e, e.content?.holder),
    }),
    grantee: t.field({
      type: Account,
      nullable: true,
      description: "Who may read or could; null when undecoded.",
      resolve: (e) => account(e, e.content?.grantee),
    }),
    issuer: t.field({
      type: Account,
      nullable: true,
      description: "Who issued the credential; null when undecoded.",
      resolve: (e) => account(e, e.content?.issuer),
    }),
    seal: t.field({
      type: "Bytes32",
      nullable: true,
      description: "The issuer's seal of the content; null when undecoded.",
      resolve: (e) => e.content?.seal ?? null,
    }),
    purpose: t.field({
      type: "Int",
      nullable: true,
      description: "Purpose code; null when undecoded.",
      resolve: (e) => e.content?.purpose ?? null,
    }),
    purposeName: t.field({
      type: "String",
      nullable: true,
      description: "Name of the purpose in docs/CODES.md; null for a code without one.",
      resolve: (e) => named(PURPOSES, e.content?.purpose),
    }),
    legalBasis: t.field({
      type: "Int",
      nullable: true,
      description: "Code of the legal basis, of a grant only.",
      resolve: (e) => e.content?.legalBasis ?? null,
    }),
    legalBasisName: t.field({
      type: "String",
      nullable: true,
      description: "Name of the legal basis; null for a code without one.",
      resolve: (e) => named(LEGAL_BASES, e.content?.legalBasis),
    }),
    reason: t.field({
      type: "Int",
      nullable: true,
      description: "Code of the reason, of an end only.",
      resolve: (e) => e.content?.reason ?? null,
    }),
    reasonName: t.field({
      type: "String",
      nullable: true,
      description: "Name of the reason; null for a code without one.",
      resolve: (e) => named(REASONS, e.content?.reason),
    }),
    context: t.field({
      type: "Bytes32",
      nullable: true,
      description: "Hash of the agreement, request or consent text, of a grant only.",
      resolve: (e) => e.content?.context ?? null,
    }),
    record: t.field({
      type: GrantRecord,
      nullable: true,
      description: "The terms after this event; null when undecoded.",
      resolve: (e) => e.content?.record ?? null,
    }),
    finality: t.field({
      type: Finality,
      nullable: true,
      description: "How final its block is now; null when retracted, since no chain has its block any more.",
      resolve: (e) => e.finality,
    }),
    verification: t.field({
      type: Verification,
      description: "How far the word of the node was checked.",
      resolve: (e) => e.verification,
    }),
    learnedAt: t.field({ type: "Timestamp", description: "When we learned of it.", resolve: (e) => e.learnedAt }),
    retracted: t.field({
      type: "Boolean",
      description: "Whether a reorg dropped it. A retracted event counts for no answer.",
      resolve: (e) => e.retractedAt !== null,
    }),
    retractedAt: t.field({
      type: "Timestamp",
      nullable: true,
      description: "When we learned that a reorg dropped it; null when none did.",
      resolve: (e) => e.retractedAt,
    }),
    rawTopics: t.field({
      type: ["Bytes32"],
      nullable: true,
      description:
        "The topics of an undecoded event, as they came; null of the others, which encode to the same bytes again.",
      resolve: (e) => topics(e.rawTopics),
    }),
    rawData: t.field({
      type: "Bytes",
      nullable: true,
      description: "The data of an undecoded event, as it came.",
      resolve: (e) => e.rawData,
    }),
  }),
});

function topics(raw: Uint8Array | null): Uint8Array[] | null {
  if (raw === null) return null;
  return Array.from({ length: raw.length / 32 }, (_, i) => raw.subarray(32 * i, 32 * (i + 1)));
}
