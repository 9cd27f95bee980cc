import type { Address } from "../../grants/bytes.ts";
import { CREDENTIAL_REASONS, ENTITY_REASONS, LEGAL_BASES, PURPOSES, REASONS } from "../../grants/codes.ts";
import { type AccountRef, builder } from "../builder.ts";
import { badInput } from "../errors.ts";
import { credentialChangeOf, entityDetailsOf, governanceOf, holdOf } from "../eventDetails.ts";
import { evidenceOf } from "../evidence/evidenceOf.ts";
import { decodeEventId, type EventKey, encodeEventId } from "../key.ts";
import { momentOf } from "../moment.ts";
import type { EventFacts } from "../read/event.ts";
import { readEvent } from "../read/events.ts";
import { Account } from "./account.ts";
import { EventCredential } from "./eventCredential.ts";
import { EventEntity } from "./eventEntity.ts";
import { EventGovernance } from "./eventGovernance.ts";
import { EventHold } from "./eventHold.ts";
import { EventKind } from "./eventKind.ts";
import { Finality } from "./finality.ts";
import { GrantRecord } from "./grantRecord.ts";
import { Verification } from "./verification.ts";

function parseId(id: string): EventKey {
  const key = decodeEventId(id);
  if (key === undefined) throw badInput("id: expected the id of an event");
  return key;
}

const account = (event: EventFacts, address: Address | null): AccountRef | null =>
  address === null ? null : { chainId: event.chainId, address };
const named = (table: ReadonlyMap<number, string>, code: number | null): string | null =>
  code === null ? null : (table.get(code) ?? null);

/** Each kind of contract has reasons of its own. */
function reasonsOf({ kind }: EventFacts): ReadonlyMap<number, string> {
  if (kind.startsWith("CREDENTIAL_")) return CREDENTIAL_REASONS;
  return kind.startsWith("ENTITY_") ? ENTITY_REASONS : REASONS;
}

const EventRef = builder.objectRef<EventFacts>("Event");

export const Event = builder.node(EventRef, {
  description:
    "Something that one of the indexed contracts said, exactly as it said it. Never erased: an event that a reorg dropped is marked as retracted.",
  id: { resolve: encodeEventId, parse: parseId },
  loadOne: (key, context) => readEvent(context.database, key, momentOf(context, {})),
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
      description: "The credential; null of what is not about one.",
      resolve: (e) => e.credential,
    }),
    holder: t.field({
      type: Account,
      nullable: true,
      description: "Whose credential it is; null of what is not about one.",
      resolve: (e) => account(e, e.holder),
    }),
    grantee: t.field({
      type: Account,
      nullable: true,
      description: "Who may read or could; null of what is not about a grant.",
      resolve: (e) => account(e, e.grantee),
    }),
    issuer: t.field({
      type: Account,
      nullable: true,
      description: "Who issued the credential; null of what is not about one.",
      resolve: (e) => account(e, e.issuer),
    }),
    seal: t.field({
      type: "Bytes32",
      nullable: true,
      description: "The issuer's seal of the content; null of what is not about a credential.",
      resolve: (e) => e.seal,
    }),
    purpose: t.field({
      type: "Int",
      nullable: true,
      description: "Purpose code; null of what is not about a grant.",
      resolve: (e) => e.purpose,
    }),
    purposeName: t.field({
      type: "String",
      nullable: true,
      description: "Name of the purpose in docs/CODES.md; null for a code without one.",
      resolve: (e) => named(PURPOSES, e.purpose),
    }),
    legalBasis: t.field({
      type: "Int",
      nullable: true,
      description: "Code of the legal basis; of GRANTED and GRANTED_ONWARD only.",
      resolve: (e) => e.legalBasis,
    }),
    legalBasisName: t.field({
      type: "String",
      nullable: true,
      description: "Name of the legal basis; null for a code without one.",
      resolve: (e) => named(LEGAL_BASES, e.legalBasis),
    }),
    reason: t.field({
      type: "Int",
      nullable: true,
      description: "Code of the reason: of an end of a grant or credential, and of a change of an entity's status.",
      resolve: (e) => e.reason,
    }),
    reasonName: t.field({
      type: "String",
      nullable: true,
      description: "Name of the reason; null for a code without one.",
      resolve: (e) => named(reasonsOf(e), e.reason),
    }),
    context: t.field({
      type: "Bytes32",
      nullable: true,
      description: "Hash of the agreement, request or consent text; of GRANTED and GRANTED_ONWARD only.",
      resolve: (e) => e.context,
    }),
    record: t.field({
      type: GrantRecord,
      nullable: true,
      description: "The terms of the grant after this event; null of what is not about a grant.",
      resolve: (e) => e.record,
    }),
    change: t.field({
      type: "Count",
      nullable: true,
      description:
        "Number of this change among those of its grant, credential or entity, from 1 without gaps; null of the others.",
      resolve: (e) => e.change,
    }),
    grantor: t.field({
      type: Account,
      nullable: true,
      description: "Who passed its own access on; of GRANTED_ONWARD and REVOKED_ONWARD only.",
      resolve: (e) => account(e, e.grantor),
    }),
    parentGrantedAt: t.field({
      type: "UnixTime",
      nullable: true,
      description: "When the period of the grantor's own grant began that was passed on; of GRANTED_ONWARD only.",
      resolve: (e) => e.parentGrantedAt,
    }),
    authority: t.field({
      type: Account,
      nullable: true,
      description: "Who ordered or lifted a legal hold; of HELD and HOLD_LIFTED only.",
      resolve: (e) => account(e, e.authority),
    }),
    hold: t.field({
      type: EventHold,
      nullable: true,
      description: "The legal hold; of HELD and HOLD_LIFTED only.",
      resolve: holdOf,
    }),
    credentialChange: t.field({
      type: EventCredential,
      nullable: true,
      description: "What was said about a credential; of CREDENTIAL_ANCHORED to CREDENTIAL_WITHDRAWN only.",
      resolve: credentialChangeOf,
    }),
    account: t.field({
      type: Account,
      nullable: true,
      description: "Of ENTITY_*: the legal person. Of OPERATION_SCHEDULED: who scheduled it. Null of the others.",
      resolve: (e) => account(e, e.account),
    }),
    entity: t.field({
      type: EventEntity,
      nullable: true,
      description: "What was said about a legal person; of ENTITY_REGISTERED and ENTITY_AMENDED only.",
      resolve: entityDetailsOf,
    }),
    operation: t.field({
      type: "Bytes32",
      nullable: true,
      description: "Id of an operation of the governance; of OPERATION_* only.",
      resolve: (e) => e.operation,
    }),
    governance: t.field({
      type: EventGovernance,
      nullable: true,
      description: "What was said about the governance; of OPERATION_* and GOVERNANCE_CHANGED only.",
      resolve: governanceOf,
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
    verifiedAt: t.field({
      type: "Timestamp",
      nullable: true,
      description: "When it was verified, if it was not yet when it was read; null otherwise.",
      resolve: (e) => e.verifiedAt,
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
        "The topics as they came; null of GRANTED, REVOKED and RELEASED, which encode to the same bytes again.",
      resolve: (e) => e.raw && topics(e.raw.topics),
    }),
    rawData: t.field({
      type: "Bytes",
      nullable: true,
      description: "The data as it came; null of the same kinds.",
      resolve: (e) => e.raw?.data ?? null,
    }),
    evidence: t.field({
      type: "EvidenceBundle",
      nullable: true,
      description: "Evidence that its block holds it, as the query `evidence` gives it; null beside an error.",
      resolve: (e, _args, context) => evidenceOf(context, e),
    }),
  }),
});

const topics = (raw: Uint8Array): Uint8Array[] =>
  Array.from({ length: raw.length / 32 }, (_, i) => raw.subarray(32 * i, 32 * (i + 1)));
