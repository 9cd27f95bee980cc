import { builder } from "../builder.ts";

export const WatchFilter = builder.inputType("WatchFilter", {
  description: "What is watched. What is left out filters nothing; a cursor is good for any filter.",
  fields: (t) => ({
    credential: t.field({ type: "Bytes32", description: "About this credential, its registry included." }),
    holder: t.field({ type: "Address", description: "About this holder's credentials." }),
    grantee: t.field({
      type: "Address",
      description: "About this grantee's access. What is said of the credentials themselves names no grantee.",
    }),
    chain: t.field({ type: "ChainId", description: "On this chain." }),
  }),
});
