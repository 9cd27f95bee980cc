import { builder } from "../builder.ts";
import { EntityKind } from "./entityKind.ts";
import { EntityStatus } from "./entityStatus.ts";

export const EntityFilter = builder.inputType("EntityFilter", {
  description: "Which entities. What is left out filters nothing.",
  fields: (t) => ({
    account: t.field({ type: "Address", description: "Acting from this address." }),
    kind: t.field({ type: [EntityKind], description: "Registered for at least one of these." }),
    status: t.field({ type: [EntityStatus], description: "Of one of these statuses." }),
    jurisdiction: t.string({ description: "Registered there: ISO 3166-1 alpha-2, two capital letters." }),
    lei: t.string({ description: "With this legal entity identifier: 20 capital letters and digits." }),
    contract: t.field({ type: "Address", description: "In this registry." }),
    chain: t.field({ type: "ChainId", description: "On this chain." }),
  }),
});
