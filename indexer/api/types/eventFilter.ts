import { builder } from "../builder.ts";
import { EventKind } from "./eventKind.ts";

export const EventFilter = builder.inputType("EventFilter", {
  description: "Which events. What is left out filters nothing.",
  fields: (t) => ({
    credential: t.field({ type: "Bytes32", description: "About this credential." }),
    holder: t.field({ type: "Address", description: "About this holder's credentials." }),
    grantee: t.field({ type: "Address", description: "About this grantee's access." }),
    issuer: t.field({ type: "Address", description: "About this issuer's credentials." }),
    grantor: t.field({ type: "Address", description: "About what this grantee passed on." }),
    authority: t.field({ type: "Address", description: "About legal holds of this authority." }),
    account: t.field({ type: "Address", description: "About this legal person, or operations that it scheduled." }),
    operation: t.field({ type: "Bytes32", description: "About this operation of the governance." }),
    contract: t.field({ type: "Address", description: "From this contract." }),
    purpose: t.int({ description: "About this purpose code." }),
    chain: t.field({ type: "ChainId", description: "On this chain." }),
    kind: t.field({ type: [EventKind], description: "Of one of these kinds." }),
    retracted: t.boolean({ description: "True: only those a reorg dropped. False: only those that stand." }),
    from: t.field({ type: "UnixTime", description: "In a block of this time or later." }),
    to: t.field({ type: "UnixTime", description: "In a block before this time." }),
  }),
});
