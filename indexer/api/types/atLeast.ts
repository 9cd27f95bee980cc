import { builder } from "../builder.ts";

export const AtLeast = builder.inputType("AtLeast", {
  description:
    "A block that the answer must know: that of the caller's own transaction, for one. It is waited for shortly; then the error is NOT_YET_INDEXED.",
  fields: (t) => ({
    chain: t.field({ type: "ChainId", required: true, description: "Of this chain." }),
    block: t.field({ type: "BlockNumber", required: true, description: "At least this block." }),
  }),
});
