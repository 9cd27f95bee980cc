import { builder } from "../builder.ts";
import { ApiRole } from "./apiRole.ts";

export const QueryLogFilter = builder.inputType("QueryLogFilter", {
  description: "Which questions. What is left out filters nothing.",
  fields: (t) => ({
    key: t.int({ description: "Asked with this key." }),
    role: t.field({ type: ApiRole, description: "Asked with a key of this role." }),
    account: t.field({ type: "Address", description: "Asked by this institution, with whichever of its keys." }),
    from: t.field({ type: "UnixTime", description: "Asked at this moment or later." }),
    to: t.field({ type: "UnixTime", description: "Asked before this moment." }),
  }),
});
