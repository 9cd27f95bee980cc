import type { EntityDetails } from "../../ledger/decodeRegistry.ts";
import { builder } from "../builder.ts";
import { leiText, saidText } from "../saidText.ts";
import { EntityKind, kindsOf } from "./entityKind.ts";

export const EventEntity = builder.objectRef<EntityDetails>("EventEntity").implement({
  description: "What an event says about a legal person. Who that is is the event's `account`.",
  fields: (t) => ({
    kinds: t.field({
      type: [EntityKind],
      description: "What it is registered for.",
      resolve: ({ kinds }) => kindsOf(kinds),
    }),
    jurisdiction: t.string({
      description: "Where it is registered: ISO 3166-1 alpha-2.",
      resolve: ({ jurisdiction }) => saidText(jurisdiction),
    }),
    lei: t.string({
      nullable: true,
      description: "Its legal entity identifier (ISO 17442); null where it has none.",
      resolve: ({ lei }) => leiText(lei),
    }),
    name: t.string({
      description: "Its registered name; what is no UTF-8 in it shows as U+FFFD.",
      resolve: ({ name }) => saidText(name),
    }),
    uri: t.string({
      description: "Where more is said about it, as stated and not checked.",
      resolve: ({ uri }) => saidText(uri),
    }),
  }),
});
