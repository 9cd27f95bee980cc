import { builder } from "../builder.ts";
import { CredentialStatus } from "./credentialStatus.ts";

export const CredentialFilter = builder.inputType("CredentialFilter", {
  description: "Which credentials. What is left out filters nothing.",
  fields: (t) => ({
    credential: t.field({ type: "Bytes32", description: "This credential." }),
    holder: t.field({ type: "Address", description: "About this holder." }),
    issuer: t.field({ type: "Address", description: "By this issuer." }),
    type: t.field({ type: "Bytes32", description: "Of this type." }),
    replaces: t.field({ type: "Bytes32", description: "That replace this older credential." }),
    contract: t.field({ type: "Address", description: "In this registry." }),
    chain: t.field({ type: "ChainId", description: "On this chain." }),
    status: t.field({ type: [CredentialStatus], description: "Of one of these statuses at the moment looked at." }),
  }),
});
