import { ENTITY_REASONS } from "../../grants/codes.ts";
import { builder } from "../builder.ts";
import { badInput } from "../errors.ts";
import { decodeEntityKey, type EntityKey, encodeEntityKey } from "../key.ts";
import { momentOf } from "../moment.ts";
import { readPage, toWindow } from "../page.ts";
import { settingWithin } from "../queries/present.ts";
import { finalityOf } from "../read/chain.ts";
import { type EntityAt, readEntity } from "../read/entities.ts";
import { decodeTrailCursor, EventList } from "../read/events.ts";
import { within } from "../read/grant.ts";
import { leiText, saidText } from "../saidText.ts";
import { Account } from "./account.ts";
import { EntityKind, kindsOf } from "./entityKind.ts";
import { EntityStatus } from "./entityStatus.ts";
import { Event } from "./event.ts";
import { EventConnection } from "./eventConnection.ts";
import { Finality } from "./finality.ts";

/** @throws GraphQLError BAD_INPUT when it is none. */
function parseId(id: string): EntityKey {
  const key = decodeEntityKey("entityId", id);
  if (key === undefined) throw badInput("id: expected the id of an entity");
  return key;
}

export const Entity = builder.node(builder.objectRef<EntityAt>("Entity"), {
  description:
    "A legal person behind an address, as one registry states it: an issuer, institution or authority. Who it is and whether it may act are those of the moment the answer looked at.",
  id: { resolve: ({ entity }) => encodeEntityKey("entityId", entity), parse: parseId },
  loadOne: (key, context) => readEntity(context.database, key, momentOf(context, {})),
  fields: (t) => ({
    account: t.field({
      type: Account,
      description: "The address it acts from.",
      resolve: ({ entity }) => ({ chainId: entity.chainId, address: entity.account }),
    }),
    chain: t.field({ type: "ChainId", description: "The chain.", resolve: ({ entity }) => entity.chainId }),
    contract: t.field({ type: "Address", description: "The registry.", resolve: ({ entity }) => entity.contract }),
    status: t.field({
      type: EntityStatus,
      description: "Whether it may act at `evaluatedAt`.",
      resolve: ({ entity }) => entity.status,
    }),
    evaluatedAt: t.field({
      type: "UnixTime",
      description: "The moment all of this is that of.",
      resolve: ({ at }) => at,
    }),
    kinds: t.field({
      type: [EntityKind],
      description: "What it is registered for.",
      resolve: ({ entity }) => kindsOf(entity.kinds),
    }),
    name: t.string({
      description:
        "Its registered name. What is no UTF-8 in it shows as U+FFFD; it can hold any other character, control characters too.",
      resolve: ({ entity }) => saidText(entity.name),
    }),
    uri: t.string({
      description: "Where more is said about it, as stated and not checked; empty where nothing is.",
      resolve: ({ entity }) => saidText(entity.uri),
    }),
    jurisdiction: t.string({
      description: "Where it is registered: ISO 3166-1 alpha-2.",
      resolve: ({ entity }) => saidText(entity.jurisdiction),
    }),
    lei: t.string({
      nullable: true,
      description: "Its legal entity identifier (ISO 17442); null where it has none.",
      resolve: ({ entity }) => leiText(entity.lei),
    }),
    registeredAt: t.field({
      type: "UnixTime",
      description: "When it was registered, at the last time if more than once.",
      resolve: ({ entity }) => entity.registeredAt,
    }),
    statusSince: t.field({
      type: "UnixTime",
      description: "When its status became what it is.",
      resolve: ({ entity }) => entity.statusSince,
    }),
    sequence: t.field({
      type: "Count",
      description: "Number of its last change, from 1.",
      resolve: ({ entity }) => entity.sequence,
    }),
    reason: t.int({
      nullable: true,
      description: "Code of the reason given for its status; null where none was.",
      resolve: ({ entity }) => entity.reason,
    }),
    reasonName: t.string({
      nullable: true,
      description: "Name of that reason; null for a code without one.",
      resolve: ({ entity }) => (entity.reason === null ? null : (ENTITY_REASONS.get(entity.reason) ?? null)),
    }),
    blockNumber: t.field({
      type: "BlockNumber",
      description: "Block of its newest event.",
      resolve: ({ entity }) => entity.blockNumber,
    }),
    blockTime: t.field({
      type: "UnixTime",
      description: "Time of that block.",
      resolve: ({ entity }) => entity.blockTime,
    }),
    finality: t.field({
      type: Finality,
      description: "How final that block is.",
      resolve: ({ entity, chain }) => finalityOf(chain, entity.blockNumber),
    }),
    history: t.connection(
      {
        type: Event,
        description: "Everything that this registry said about it, retracted events included, the newest last.",
        resolve: async (one, args, context) => {
          const { account, contract, chainId } = one.entity;
          const filter = { account, contract, chain: chainId };
          const list = new EventList(context.database, filter, { ...within(one), at: undefined });
          return { ...(await readPage(list, toWindow(args, decodeTrailCursor))), ...settingWithin(context, one) };
        },
      },
      EventConnection,
    ),
  }),
});
