import { builder } from "../builder.ts";
import { ReadUse } from "./readUse.ts";

export const CheckInput = builder.inputType("CheckInput", {
  description: "One question of many.",
  fields: (t) => ({
    id: t.id({ description: "Comes back beside the answer, whatever it is; its place in the list without it." }),
    credential: t.field({ type: "Bytes32", required: true, description: "The credential." }),
    grantee: t.field({ type: "Address", required: true, description: "Who wants to read." }),
    purpose: t.int({ description: "Purpose code. Any purpose's grant may decide without it." }),
    use: t.field({ type: ReadUse, defaultValue: "PURPOSE", description: "What it is to be read for." }),
  }),
});
