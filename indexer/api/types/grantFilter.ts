import { builder } from "../builder.ts";
import { GrantState } from "./grantState.ts";

export const GrantFilter = builder.inputType("GrantFilter", {
  description: "Which grants. What is left out filters nothing.",
  fields: (t) => ({
    credential: t.field({ type: "Bytes32", description: "Of this credential." }),
    holder: t.field({ type: "Address", description: "By this holder." }),
    grantee: t.field({ type: "Address", description: "To this grantee." }),
    issuer: t.field({ type: "Address", description: "Of a credential by this issuer." }),
    grantor: t.field({ type: "Address", description: "Granted onward by this grantee." }),
    contract: t.field({ type: "Address", description: "Kept by this contract." }),
    purpose: t.int({ description: "For this purpose code." }),
    chain: t.field({ type: "ChainId", description: "On this chain." }),
    state: t.field({ type: [GrantState], description: "In one of these states at the moment looked at." }),
  }),
});
